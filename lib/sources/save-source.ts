/** Creating and changing sources. Every save that changes something is a revision. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { putAppSetting, readAppSetting } from '#lib/app-settings.ts';
import { auditWrites } from '#lib/audit/record-audit.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { changesBetween } from '#lib/errors/conflict.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import { getSource, listRevisions, requireSource, type Source } from './read-sources.ts';
import { changedSecrets, refuseMovedSecrets, type SecretBox, writeSecrets } from './secrets.ts';
import { type CheckedInput, checkSourceInput, refuseSimilarName } from './source-input.ts';

export interface SaveOptions {
  /** Absent = create. */
  readonly sourceId?: string;
  /** The revision the person had before them; refused with `conflict` when it is no longer the latest. */
  readonly expectedRevision?: number;
  /** Null will do when no secrets are given. */
  readonly secretBox: SecretBox | null;
  readonly note?: string;
  /** The same key saves once, however often the request is sent. */
  readonly requestKey?: string | undefined;
}

const savedSchema = z.object({ sourceId: z.string() });

/**
 * Creates a source, or changes the one of `sourceId`. Throws `input_invalid` with fields,
 * `source_name_taken`, `source_unknown`, `conflict`, `forbidden`.
 */
export async function saveSource(
  db: Db,
  actor: Actor,
  input: SourceInput,
  options: SaveOptions,
): Promise<Source> {
  const checked = permittedInput(actor, input);
  const request = { key: options.requestKey, action: 'source.save' };
  const { sourceId } = await onceIn(db, request, savedSchema, async (tx) => {
    const saved = await createOrUpdate(tx, actor, checked, options);
    return { sourceId: saved.sourceId };
  });
  return requireSource(db, sourceId);
}

async function createOrUpdate(
  tx: Session,
  actor: Actor,
  checked: CheckedInput,
  options: SaveOptions,
): Promise<Source> {
  if (options.sourceId === undefined) return create(tx, actor, checked, options);
  const before = await requireSource(tx, options.sourceId);
  if (options.expectedRevision !== undefined && options.expectedRevision !== before.revision) {
    throw await changedMeanwhile(tx, before, options.expectedRevision);
  }
  return update(tx, actor, before, checked, options);
}

export interface UpsertedSource {
  readonly source: Source;
  readonly change: 'created' | 'updated' | 'unchanged';
}

type UpsertOptions = { readonly secretBox: SecretBox | null; readonly note?: string };

/** Creates the source, or makes the one of its name like the input; secrets not given stay. */
export function upsertSource(
  db: Db,
  actor: Actor,
  input: SourceInput,
  options: UpsertOptions,
): Promise<UpsertedSource> {
  return db.transaction((tx) => upsertSourceIn(tx, actor, input, options));
}

/** The same as part of a transaction. */
export async function upsertSourceIn(
  tx: Session,
  actor: Actor,
  input: SourceInput,
  options: UpsertOptions,
): Promise<UpsertedSource> {
  const checked = permittedInput(actor, input);
  const before = await getSource(tx, input.name);
  if (!before) return { source: await insert(tx, actor, checked, options), change: 'created' };
  const source = await update(tx, actor, before, checked, options);
  return { source, change: source.revision === before.revision ? 'unchanged' : 'updated' };
}

function permittedInput(actor: Actor, input: SourceInput): CheckedInput {
  requirePermission(actor, 'sources:change');
  requireSources(actor, [input.name]);
  if (Object.keys(input.secrets ?? {}).length > 0) requirePermission(actor, 'sources:secrets');
  return checkSourceInput(input);
}

/** @param seen the revision that the person had before them */
async function changedMeanwhile(s: Session, source: Source, seen: number): Promise<AppError> {
  const revisions = await listRevisions(s, source.sourceId);
  const [last] = revisions;
  const base = revisions.find(({ revision }) => revision === seen);
  const by = last?.changedBy ?? null;
  return new AppError(
    'conflict',
    `${by ?? 'Somebody else'} saved the source "${source.name}" meanwhile; it is at revision ${source.revision} now.`,
    {
      remedy: 'Look at what was changed, and save again.',
      conflict: {
        by,
        at: last?.changedAt ?? null,
        // Of a revision that is no longer kept nobody knows what it said.
        changes: base ? changesBetween(formOf(base), formOf(source)) : [],
      },
    },
  );
}

const formOf = ({ enabled, settings, seeds }: Pick<Source, 'enabled' | 'settings' | 'seeds'>) => ({
  enabled,
  settings,
  seeds,
});

async function refuseTakenName(tx: Session, name: string): Promise<void> {
  if (!(await getSource(tx, name))) return;
  throw new AppError('source_name_taken', `There is already a source "${name}".`, {
    fields: { name: 'is taken by another source' },
  });
}

/** Columns a save writes. */
const columnsOf = (checked: CheckedInput) => ({
  name: checked.name,
  enabled: checked.enabled ? (1 as const) : (0 as const),
  settings: JSON.stringify(checked.settingsJson),
  seeds: JSON.stringify(checked.seedsJson),
  rate_delay_ms: Math.round(checked.settings.rate_limit_delay * 1000),
  max_attempts: checked.settings.max_retries + 1,
});

async function create(
  tx: Session,
  actor: Actor,
  checked: CheckedInput,
  options: Omit<SaveOptions, 'sourceId'>,
): Promise<Source> {
  await refuseTakenName(tx, checked.name);
  return insert(tx, actor, checked, options);
}

/** @throws AppError `source_name_taken` for a name that differs from another's in case or accents alone */
async function insert(
  tx: Session,
  actor: Actor,
  checked: CheckedInput,
  options: Omit<SaveOptions, 'sourceId'>,
): Promise<Source> {
  await refuseSimilarName(tx, checked.name);
  const sourceId = newId();
  await tx.q
    .insertInto('sources')
    .values({
      source_id: sourceId,
      source_type: checked.type.id,
      revision: 1,
      paused_at: null,
      paused_reason: null,
      paused_until: null,
      next_slot_at: null,
      slot_lease_id: null,
      slot_until: null,
      deleted_at: null,
      created_at: tx.engine.now(),
      updated_at: tx.engine.now(),
      ...columnsOf(checked),
    })
    .execute();
  await writeSecrets(tx, sourceId, checked.secrets, options.secretBox);
  return finishSave(tx, actor, checked.name, null, Object.keys(checked.secrets), options.note);
}

/** What of a source an input may change. */
export const differences = ['enabled', 'settings', 'seeds', 'secrets'] as const;
export type Difference = (typeof differences)[number];

/** In which parts a stored source is not as the input says; secrets not given stay. */
export async function differencesOf(
  s: Session,
  before: Source,
  checked: CheckedInput,
  secretBox: SecretBox | null,
): Promise<Difference[]> {
  const { settings, seeds } = columnsOf(checked);
  const secrets = await changedSecrets(s, before, checked.secrets, secretBox);
  const differs: Readonly<Record<Difference, boolean>> = {
    enabled: before.enabled !== checked.enabled,
    settings: JSON.stringify(before.settings) !== settings,
    seeds: JSON.stringify(before.seeds) !== seeds,
    secrets: Object.keys(secrets).length > 0,
  };
  return differences.filter((part) => differs[part]);
}

async function update(
  tx: Session,
  actor: Actor,
  before: Source,
  checked: CheckedInput,
  options: Omit<SaveOptions, 'sourceId'>,
): Promise<Source> {
  refuseNewIdentity(before, checked);
  refuseMovedSecrets(before, checked);
  const columns = columnsOf(checked);
  const differs = await differencesOf(tx, before, checked, options.secretBox);
  if (differs.length === 0) return before;
  const secrets = await changedSecrets(tx, before, checked.secrets, options.secretBox);
  // The revision in the predicate makes two savers at once a conflict on either engine.
  const result = await tx.q
    .updateTable('sources')
    .set({ ...columns, revision: before.revision + 1, updated_at: tx.engine.now() })
    .where('source_id', '=', before.sourceId)
    .where('revision', '=', before.revision)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (Number(result.numUpdatedRows) !== 1) {
    const now = await requireSource(tx, before.sourceId);
    throw await changedMeanwhile(tx, now, before.revision);
  }
  await writeSecrets(tx, before.sourceId, secrets, options.secretBox);
  return finishSave(tx, actor, before.name, before, Object.keys(secrets), options.note);
}

/** Name and type are part of the dedupe keys of its items, which would be orphaned. */
function refuseNewIdentity(before: Source, checked: CheckedInput): void {
  const fields: Record<string, string> = {};
  if (before.name !== checked.name) fields['name'] = 'cannot change: its items carry the name';
  if (before.type !== checked.type.id) fields['type'] = 'cannot change: its items carry the type';
  const [first] = Object.keys(fields);
  if (first === undefined) return;
  throw new AppError(
    'input_invalid',
    `The ${first} of the source "${before.name}" cannot change.`,
    {
      remedy: 'Create a new source instead, and delete this one.',
      fields,
    },
  );
}

async function finishSave(
  tx: Session,
  actor: Actor,
  name: string,
  before: Source | null,
  secretsTouched: readonly string[],
  note: string | undefined,
): Promise<Source> {
  const after = await requireSource(tx, name);
  const revision = tx.q.insertInto('source_revisions').values({
    source_id: after.sourceId,
    revision: after.revision,
    name: after.name,
    source_type: after.type,
    settings: JSON.stringify(after.settings),
    seeds: JSON.stringify(after.seeds),
    enabled: after.enabled ? 1 : 0,
    changed_by: actor.email,
    changed_at: tx.engine.now(),
    note: note ?? null,
  });
  const entry = auditWrites(tx, actor, {
    action: before ? 'source.update' : 'source.create',
    targetType: 'source',
    targetId: after.sourceId,
    summary: `${before ? 'Changed' : 'Created'} source ${after.name} (revision ${after.revision})`,
    ...(before ? { before: auditView(before) } : {}),
    after: { ...auditView(after), ...(secretsTouched.length > 0 ? { secretsTouched } : {}) },
  });
  await tx.engine.together(tx, [revision, ...entry]);
  return after;
}

const auditView = ({ name, type, enabled, settings, seeds, revision, storedSecrets }: Source) => ({
  name,
  type,
  enabled,
  settings,
  seeds,
  revision,
  secretNames: storedSecrets.map((secret) => secret.name),
});

const flag = 'sample_source_created';

/**
 * Creates the source "Sample" once in the life of a database, so that a first run needs nothing; one
 * that was deleted does not come back. True when it was created now.
 */
export async function ensureSampleSource(db: Db): Promise<boolean> {
  if ((await readAppSetting(db, flag)) !== null) return false;
  const type = getSourceType('test');
  const [template] = type.templates;
  if (!template) return false;
  const { name, settings, seeds } = template;
  const { change } = await upsertSource(
    db,
    systemActor('start'),
    { name, type: type.id, enabled: true, settings, seeds },
    { secretBox: null, note: 'The source every deployment starts with' },
  );
  // After the source: a crash in between makes the next start repeat an upsert that changes nothing.
  await db.transaction((tx) => putAppSetting(tx, flag, true));
  return change === 'created';
}
