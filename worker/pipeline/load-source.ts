/** The source of an item as the fetch needs it: its type, its parsed settings, its secrets. */
import type { HostAtClaim } from '#db/queue/storage.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import type { CommonSettings, SourceContext, SourceType } from '#lib/source-types/source-type.ts';
import { settingsForRun } from '#lib/sources/pinned-settings.ts';
import { getSource } from '#lib/sources/read-sources.ts';
import { readSecrets } from '#lib/sources/secrets.ts';
import type { LeasedItem, PipelineContext } from './context.ts';

export interface LoadedSource {
  readonly type: SourceType;
  readonly context: SourceContext<CommonSettings>;
  /** The source's delay, or that of the item's host where it is longer. */
  readonly rateDelayMs: number;
  /** Whether the item may have been claimed under a polite slot, which is to be released. */
  readonly holdsSlot: boolean;
  /** Whether the slot of its host is the item's. */
  readonly holdsHostSlot: boolean;
  /** What the host itself is known to ask for between two requests, ms; null = nothing. */
  readonly ownDelayMs: number | null;
  /** Nobody may ask the host now: it was blocked after the item was claimed. */
  readonly hostIsBlocked: boolean;
  readonly maxAttempts: number;
}

/** What is the same for all items of a source in a run. */
interface SourceParts {
  readonly type: SourceType;
  readonly context: SourceContext<CommonSettings>;
  readonly rateDelayMs: number;
  readonly maxAttempts: number;
}

interface HostParts {
  /** See `paceOf`. */
  readonly paceMs: number;
  readonly slotLeaseId: string | null;
  readonly ownDelayMs: number | null;
  readonly isBlocked: boolean;
}

/** What this worker has read of sources and hosts; items that begin at about the same time share it. */
export interface SourceMemory {
  readonly sources: RecentlyRead<SourceParts>;
  readonly hosts: RecentlyRead<HostParts>;
}

/** As long as one request takes: no decision of an operator on a host waits longer for that. */
const hostGoodForMs = 250;
/** As soon as a worker takes up whatever else people do. A run has the settings it began with in any case. */
const sourceGoodForMs = 1_000;

export const createSourceMemory = (): SourceMemory => ({
  sources: new RecentlyRead(sourceGoodForMs),
  hosts: new RecentlyRead(hostGoodForMs),
});

/** Throws `source_removed` when it no longer exists, `config_invalid` when its settings no longer fit. */
export async function loadSource(
  { item, claimedAt }: LeasedItem,
  context: PipelineContext,
): Promise<LoadedSource> {
  const { memory } = context;
  const key = `${item.sourceSystem}:${item.sourceName}:${item.runId ?? ''}`;
  // No claim writes what is read of it here.
  const source = await memory.sources.get(key, 0, () => readSource(item, context));
  const host =
    item.host === null
      ? freeHost
      : await memory.hosts.get(item.host, claimedAt, () => readHost(item.host ?? '', context));
  const holdsHostSlot = host.slotLeaseId === item.leaseId;
  return {
    type: source.type,
    context: source.context,
    rateDelayMs: Math.max(source.rateDelayMs, host.paceMs),
    holdsSlot: source.rateDelayMs > 0 || host.paceMs > 0 || holdsHostSlot,
    holdsHostSlot,
    ownDelayMs: host.ownDelayMs,
    hostIsBlocked: host.isBlocked,
    maxAttempts: source.maxAttempts,
  };
}

async function readSource(item: ClaimedItem, context: PipelineContext): Promise<SourceParts> {
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
    source.storedSecrets.length > 0
      ? await readSecrets(context.db, source.sourceId, context.secretBox)
      : {};
  return {
    type,
    context: {
      sourceName: source.name,
      settings: settings.data,
      secrets,
      userAgent: context.http.userAgent,
    },
    rateDelayMs: source.rateDelayMs,
    maxAttempts: source.maxAttempts,
  };
}

/** What a claim has read of the hosts of its items need not be read again. */
export function rememberHosts(
  { hosts: memory }: SourceMemory,
  items: readonly ClaimedItem[],
  hosts: readonly HostAtClaim[],
): void {
  const known = new Map(hosts.map((row) => [row.host, row]));
  for (const host of new Set(items.flatMap((item) => item.host ?? []))) {
    memory.put(host, hostParts(known.get(host)));
  }
}

const freeHost: HostParts = { paceMs: 0, slotLeaseId: null, ownDelayMs: null, isBlocked: false };

async function readHost(host: string, { db }: PipelineContext): Promise<HostParts> {
  const row = await db.q
    .selectFrom('hosts')
    .select((eb) => [
      'pace_ms',
      'slot_lease_id',
      'robots_delay_ms',
      db.engine.diffMs(db.engine.now(), eb.ref('blocked_until')).as('blocked_ms'),
    ])
    .where('host', '=', host)
    .executeTakeFirst();
  return hostParts(row);
}

function hostParts(row: Omit<HostAtClaim, 'host'> | undefined): HostParts {
  if (!row) return freeHost;
  return {
    paceMs: row.pace_ms,
    slotLeaseId: row.slot_lease_id,
    ownDelayMs: row.robots_delay_ms,
    isBlocked: (row.blocked_ms ?? 0) > 0,
  };
}
interface Entry<V> {
  /** Monotonic clock when the reading began, ms. */
  readonly begunAt: number;
  readonly value: Promise<V>;
}

/** Values by key; of each only the latest. */
export class RecentlyRead<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #goodForMs: number;
  readonly #clock: () => number;

  constructor(goodForMs: number, clock: () => number = () => performance.now()) {
    this.#goodForMs = goodForMs;
    this.#clock = clock;
  }

  /**
   * The value as it was at most `goodForMs` ago, and not before `since` (monotonic clock, ms): what a claim
   * has written is always seen by the items of that claim. A reading that failed is not kept.
   */
  get(key: string, since: number, read: () => Promise<V>): Promise<V> {
    const now = this.#clock();
    const known = this.#entries.get(key);
    if (known && known.begunAt >= since && now - known.begunAt < this.#goodForMs)
      return known.value;
    const entry = { begunAt: now, value: read() };
    if (!known) this.#dropOld(now);
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }

  /** What was read elsewhere just now. */
  put(key: string, value: V): void {
    const now = this.#clock();
    if (!this.#entries.has(key)) this.#dropOld(now);
    this.#entries.set(key, { begunAt: now, value: Promise.resolve(value) });
  }

  /** Whoever asks next reads anew. */
  clear(): void {
    this.#entries.clear();
  }

  #dropOld(now: number): void {
    for (const [key, { begunAt }] of this.#entries) {
      if (now - begunAt >= this.#goodForMs) this.#entries.delete(key);
    }
  }
}
