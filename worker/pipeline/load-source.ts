/** The source of an item as the fetch needs it: its type, its parsed settings, its secrets. */
import { AppError } from '#lib/errors/app-error.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import type { CommonSettings, SourceContext, SourceType } from '#lib/source-types/source-type.ts';
import { getSource } from '#lib/sources/get-source.ts';
import { settingsForRun } from '#lib/sources/pinned-settings.ts';
import { readSecrets } from '#lib/sources/secrets.ts';
import type { ClaimedItem } from '#lib/work-items/model.ts';
import type { PipelineContext } from './context.ts';

export interface LoadedSource {
  readonly type: SourceType;
  readonly context: SourceContext<CommonSettings>;
  /** The source's delay, or that of the item's host where it is longer. */
  readonly rateDelayMs: number;
  /** Whether the item may have been claimed under a polite slot, which is to be passed on. */
  readonly holdsSlot: boolean;
  /** Whether the slot of its host is the item's. */
  readonly holdsHostSlot: boolean;
  /** What the host itself is known to ask for between two requests, ms; null = nothing. */
  readonly ownDelayMs: number | null;
  readonly maxAttempts: number;
}

/** Throws `source_removed` when it no longer exists, `config_invalid` when its settings no longer fit. */
export async function loadSource(
  item: ClaimedItem,
  context: PipelineContext,
): Promise<LoadedSource> {
  const source = await getSource(context.db, item.sourceName);
  if (!source || source.type !== item.sourceSystem) {
    throw new AppError('source_removed', `The source "${item.sourceName}" no longer exists.`);
  }
  const type = getSourceType(source.type);
  const ofRun = await settingsForRun(context.db, source, item.runId);
  const pinned = type.settingsSchema.safeParse(ofRun);
  // Settings that were right once may no longer fit the type; then the run goes on with those of now.
  const settings = pinned.success ? pinned : type.settingsSchema.safeParse(source.settings);
  if (!settings.success) {
    throw new AppError(
      'config_invalid',
      `The settings of the source "${source.name}" no longer fit its type.`,
      {
        remedy: 'Open the source in the console and save it again.',
      },
    );
  }
  const secrets =
    source.secretNames.length > 0
      ? await readSecrets(context.db, source.sourceId, context.secretBox)
      : {};
  const host = await hostPace(item, context);
  return {
    type,
    context: { sourceName: source.name, settings: settings.data, secrets },
    rateDelayMs: Math.max(source.rateDelayMs, host.paceMs),
    holdsSlot: source.rateDelayMs > 0 || host.paceMs > 0 || host.holdsSlot,
    holdsHostSlot: host.holdsSlot,
    ownDelayMs: host.ownDelayMs,
    maxAttempts: source.maxAttempts,
  };
}

/** The host's own pace (see `paceOf`), and whether the item's lease holds its slot. */
async function hostPace(
  { host, leaseId }: ClaimedItem,
  { db }: PipelineContext,
): Promise<{ paceMs: number; holdsSlot: boolean; ownDelayMs: number | null }> {
  if (host === null) return { paceMs: 0, holdsSlot: false, ownDelayMs: null };
  const row = await db.q
    .selectFrom('hosts')
    .select(['pace_ms', 'slot_lease_id', 'robots_delay_ms'])
    .where('host', '=', host)
    .executeTakeFirst();
  return {
    paceMs: row?.pace_ms ?? 0,
    holdsSlot: row?.slot_lease_id === leaseId,
    ownDelayMs: row?.robots_delay_ms ?? null,
  };
}
