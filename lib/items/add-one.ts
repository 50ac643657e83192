/** One address, id or title that a person names, put at the head of a source's queue; and what it became. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { WorkItemStatus } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { dedupeKeyOf } from '#lib/queue/dedupe-key.ts';
import { enqueueIn } from '#lib/queue/enqueue/enqueue.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { reopenItems } from '#lib/queue/reopen.ts';
import { leftOutWords } from '#lib/source-types/left-out.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import { requireSource, type Source } from '#lib/sources/read-sources.ts';

export const addOneSchema = z.strictObject({
  /** The name of the source. */
  source: z.string().min(1, 'Choose a source.').max(100),
  /** An address, or what the source calls its resources by. */
  text: z
    .string()
    .trim()
    .min(1, 'Give an address, or the id or title that the source knows it by.')
    .max(2_000, 'At most 2,000 characters.'),
  /** True = also what the rules of the source leave out. */
  anyway: z.boolean().default(false),
});
export type AddOneInput = z.input<typeof addOneSchema>;

export const addedSchema = z.object({
  /**
   * `added`: it is new. `again`: it was known, and is fetched again. `waiting`, `in_progress`: it is in the queue
   * already; what waits goes first now. `retired`: a person has retired it, and it is left alone.
   */
  outcome: z.enum(['added', 'again', 'waiting', 'in_progress', 'retired']),
  workItemId: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  requestUri: z.string(),
});
export type AddedOne = z.output<typeof addedSchema>;

/** Before all others of its source. */
const first = 0;

/**
 * Adds it once for a request key.
 * @throws AppError `forbidden`, `source_unknown`, and `input_invalid` with the field `text`: it is nothing that the source
 *   can be asked for, stands for several, or, unless `anyway`, is left out by the rules of the source
 */
export function addOne(
  db: Db,
  actor: Actor,
  input: z.output<typeof addOneSchema>,
  options: { readonly requestKey?: string | undefined } = {},
): Promise<AddedOne> {
  requirePermission(actor, 'work-items:change');
  const request = { key: options.requestKey, action: 'work-items.add' };
  return onceIn(db, request, addedSchema, async (tx) => {
    const source = await requireSource(tx, input.source);
    requireSources(actor, [source.name]);
    const item = itemOf(source, input);
    const added = await put(tx, item);
    await recordAudit(tx, actor, {
      action: 'work-items.add',
      targetType: 'work-item',
      targetId: added.workItemId,
      summary: `${summaries[added.outcome]} for ${source.name}: ${item.resourceId.slice(0, 200)}`,
      after: added,
    });
    return added;
  });
}

const summaries: Readonly<Record<AddedOne['outcome'], string>> = {
  added: 'Added one item',
  again: 'Sent one item round again',
  waiting: 'Moved one item to the front',
  in_progress: 'Asked for one item that is in progress',
  retired: 'Asked for one item that is retired',
};

const refused = (message: string) =>
  new AppError('input_invalid', message, { fields: { text: message } });

/** What the text stands for at the source, by the source's own rules. */
function itemOf(
  source: Source,
  { text, anyway }: Pick<z.output<typeof addOneSchema>, 'text' | 'anyway'>,
): NewWorkItem {
  const type = getSourceType(source.type);
  const settings = type.settingsSchema.safeParse(source.settings);
  if (!settings.success) {
    throw new AppError(
      'input_invalid',
      `The settings of the source “${source.name}” no longer fit its type.`,
      { remedy: 'Open the source and save it again.' },
    );
  }
  if (type.seedOf === undefined)
    throw refused(`A source of type ${type.title} takes none by name.`);
  const given = type.seedOf(text, { settings: settings.data, seeds: source.seeds });
  if (typeof given === 'string') throw refused(given);
  const seed = type.seedSchema.safeParse(given);
  if (!seed.success) throw refused(`It ${seed.error.issues[0]?.message ?? 'cannot be read'}.`);
  const context = { sourceName: source.name, settings: settings.data, secrets: {} };
  const [item, ...others] = seedItems(() => type.seedItems(context, seed.data));
  if (item === undefined) throw refused('It is nothing that this source can be asked for.');
  if (others.length > 0) {
    throw refused(
      `It stands for ${others.length + 1} addresses; give one, or add it to the seeds.`,
    );
  }
  const reason = type.leavesOut?.(item.requestUri, settings.data) ?? null;
  if (reason !== null && !anyway) {
    throw refused(`The rules of the source leave it out: it is among ${leftOutWords[reason]}.`);
  }
  return { ...item, priority: first };
}

/** A seed's address may be refused by itself: a scheme, a key in it. */
function seedItems(make: () => NewWorkItem[]): NewWorkItem[] {
  try {
    return make();
  } catch (error) {
    if (error instanceof AppError) throw refused(error.message);
    throw error;
  }
}

async function put(tx: Session, item: NewWorkItem): Promise<AddedOne> {
  const { resourceType, resourceId, requestUri } = item;
  const named = { resourceType, resourceId, requestUri };
  const [workItemId] = await enqueueIn(tx, [item]);
  if (workItemId !== undefined) return { outcome: 'added', workItemId, ...named };
  const known = await tx.q
    .selectFrom('work_items')
    .select(['work_item_id', 'status', 'run_id', 'refetch', 'request_uri'])
    .where('dedupe_key', '=', dedupeKeyOf(item))
    .executeTakeFirstOrThrow();
  const outcome = outcomeOf(known);
  if (outcome === 'again' || outcome === 'waiting') {
    await reopenItems(tx, [known], { priority: first });
  }
  return { ...named, outcome, workItemId: known.work_item_id, requestUri: known.request_uri };
}

function outcomeOf({
  status,
  refetch,
}: {
  readonly status: WorkItemStatus;
  readonly refetch: string | null;
}): AddedOne['outcome'] {
  if (status === 'in_progress') return 'in_progress';
  if (refetch === 'retired') return 'retired';
  return status === 'pending' ? 'waiting' : 'again';
}
