/**
 * Claiming politely, on SQLite: the same as the procedure `claim_politely` of SQL Server, in one transaction of the
 * file's one writer, so what it has looked at stays as it was until it is taken.
 */
import { type RawBuilder, sql } from 'kysely';
import { compareText } from '../compare-text.ts';
import type { Db, Session } from '../engine.ts';
import { inClaimOrder } from '../queue/ready.ts';
import type { HostAtClaim, PoliteClaimRequest, PoliteClaimResult } from '../queue/storage.ts';
import type { WorkItemRow } from '../schema.ts';
import { claimAmong, claimFromLanes, isStopped, leasesFrom, promoteDue } from './claim.ts';
import {
  hostsWithLimits,
  inFlightByHost,
  isAnyHostPaced,
  least,
  msUntil,
  msUntilDue,
  msUntilHost,
  paceOf,
  readySources,
  runsThatRest,
  type Source,
  slotPollMs,
} from './claim-situation.ts';
import { firstOfLimitedHosts, runsOf } from './ready.ts';
import { sqliteWords } from './words.ts';

/** A run that a source has ready items of. */
interface SourceRun {
  readonly source: Source;
  readonly runId: string | null;
}

/** What takes slots: a source with a rate, or a host with a pace or a limit of its own. */
type Unit =
  | { readonly kind: 'source'; readonly source: Source; readonly openedAt: string | null }
  | {
      readonly kind: 'host';
      readonly host: string;
      readonly paceMs: number;
      /** Of its first item. */
      readonly source: Source;
      readonly resourceType: string;
      readonly openedAt: string | null;
    };

/** Everything is stopped: it may go on at any moment. */
const stoppedPollMs = 1_000;

/** See `QueueStorage.claimPolitely`. A look that finds nothing takes no turn of the writer. */
export async function claimPolitely(
  db: Db,
  request: PoliteClaimRequest,
): Promise<PoliteClaimResult> {
  if (await isStopped(db)) return { rows: [], retryInMs: stoppedPollMs };
  const isMeant = ({ system, name }: Source) =>
    !request.without.some((one) => one.system === system && one.name === name);
  const sources = (await readySources(db)).filter(isMeant);
  const due = await msUntilDue(db);
  if (sources.length === 0 && (due === null || due > 0)) {
    return { rows: [], retryInMs: least([due, await msUntilHost(db)]) };
  }
  return db.transaction(async (tx) => {
    if (await isStopped(tx)) return { rows: [], retryInMs: stoppedPollMs };
    await promoteDue(tx);
    return new PoliteClaim(tx, request).take((await readySources(tx)).filter(isMeant));
  });
}

class PoliteClaim {
  readonly #tx: Session;
  readonly #request: PoliteClaimRequest;
  readonly #rows: WorkItemRow[] = [];
  readonly #free = new Set<WorkItemRow>();
  readonly #waits: (number | null)[] = [];
  #asked = 0;
  #slotted = 0;
  #restingRuns: readonly string[] = [];
  #limits: ReadonlyMap<string, number> = new Map();
  readonly #sourceSlots = new Map<string, Slot>();
  readonly #hostSlots = new Map<string, Slot>();
  #isAnyLimited = false;
  #inFlight: ReadonlyMap<string, number> = new Map();

  constructor(tx: Session, request: PoliteClaimRequest) {
    this.#tx = tx;
    this.#request = request;
  }

  async take(sources: readonly Source[]): Promise<PoliteClaimResult> {
    const { requests } = this.#request;
    this.#restingRuns = await runsThatRest(this.#tx);
    this.#limits = await hostsWithLimits(this.#tx);
    if (this.#limits.size > 0) this.#inFlight = await inFlightByHost(this.#tx);
    const free = sources.filter(({ delayMs }) => delayMs === 0);
    const units = await this.#unitsOf(sources, free);
    // Half for what takes slots, half for the rest: neither can keep the other from ever being asked.
    await this.#takeUnits(units, free, free.length > 0 ? Math.ceil(requests / 2) : requests);
    await this.#takeFree(free);
    await this.#takeUnits(units, free, requests);
    await this.#holdSlots();
    const rows = this.#rows.map((row) => ({ row, underSlot: !this.#free.has(row) }));
    return { rows, retryInMs: await this.#retryInMs(), hosts: await this.#hosts() };
  }

  async #hosts(): Promise<HostAtClaim[]> {
    const { q, engine } = this.#tx;
    const names = [...new Set(this.#rows.flatMap(({ host }) => host ?? []))];
    if (names.length === 0) return [];
    return q
      .selectFrom('hosts')
      .select(['host', 'pace_ms', 'slot_lease_id', 'robots_delay_ms'])
      .select(({ ref }) => engine.diffMs(engine.now(), ref('blocked_until')).as('blocked_ms'))
      .where('host', 'in', engine.listed(names, 'exactly'))
      .execute();
  }

  async #unitsOf(sources: readonly Source[], free: readonly Source[]): Promise<Unit[]> {
    const units: Unit[] = [];
    for (const source of sources) {
      if (source.delayMs === 0) continue;
      if (source.waitMs > 0) this.#waits.push(source.waitMs);
      else units.push({ kind: 'source', source, openedAt: source.openedAt });
    }
    this.#isAnyLimited = this.#limits.size > 0 || (await isAnyHostPaced(this.#tx));
    if (free.length > 0 && this.#isAnyLimited) units.push(...(await this.#limitedHosts(free)));
    // What has been open longest goes first.
    return units.toSorted((a, b) => compareText(a.openedAt ?? '', b.openedAt ?? ''));
  }

  /** Looked up by themselves, so that free items in front of theirs do not leave them idle. */
  async #limitedHosts(free: readonly Source[]): Promise<Unit[]> {
    const runs = await this.#runsOf(free);
    const { rows } = await sql<{
      host: string;
      pace_ms: number;
      next_slot_at: string | null;
      place: number;
      work_item_id: string;
      priority: number;
      created_at: string;
      resource_type: string;
    }>`${firstOfLimitedHosts(runs, this.#fullHosts())}`.execute(this.#tx.q);
    const units = new Map<string, Unit>();
    for (const row of inClaimOrder(rows)) {
      const source = runs[row.place]?.source;
      if (source === undefined || units.has(row.host)) continue;
      const { host, pace_ms: paceMs, resource_type: resourceType, next_slot_at: openedAt } = row;
      units.set(host, { kind: 'host', host, paceMs, source, resourceType, openedAt });
    }
    return [...units.values()];
  }

  async #takeUnits(units: Unit[], free: readonly Source[], quota: number): Promise<void> {
    while (this.#asked < quota && this.#slotted < this.#request.slots && this.#room() > 0) {
      const unit = units.shift();
      if (unit === undefined) return;
      if (unit.kind === 'source') await this.#takeOfSource(unit.source);
      else if (unit.paceMs > 0) await this.#takeOfHost(unit);
      else await this.#takeWithinLimit(unit.host, free);
    }
  }

  /** One request of a source with a rate: its first item of a host that may be asked, and what goes with it. */
  async #takeOfSource(source: Source): Promise<void> {
    const { excludeRuns, excludeHosts } = this.#shut();
    const shut = [...excludeHosts, ...this.#hostSlots.keys()];
    const scope = { hosts: 'unasked', excludeRuns, excludeHosts: shut } as const;
    const [first] = await claimAmong(this.#tx, [source], scope, this.#taking(1));
    if (first === undefined) return;
    this.#rows.push(first);
    const paceMs = first.host === null ? 0 : await paceOf(this.#tx, first.host);
    const slot = { of: first, delayMs: Math.max(source.delayMs, paceMs) };
    this.#sourceSlots.set(source.sourceId, { ...slot, delayMs: source.delayMs });
    if (first.host !== null) this.#hostSlots.set(first.host, slot);
    const together = { resourceType: first.resource_type, host: first.host };
    const size = Math.min(this.#batchSize(source, first.resource_type) - 1, this.#room());
    const others = this.#taking(Math.max(0, size));
    this.#rows.push(...(await claimAmong(this.#tx, [source], { together, excludeRuns }, others)));
    this.#took(slot.delayMs);
  }

  /** One request to a host with a pace. */
  async #takeOfHost({ host, paceMs, source, resourceType }: Extract<Unit, { kind: 'host' }>) {
    if (this.#hostSlots.has(host)) return;
    const size = Math.min(this.#batchSize(source, resourceType), this.#room());
    const lanes = (await this.#runsOf([source])).map((run) => ({ ...run, host }));
    const scope = { together: { resourceType, host } };
    const rows = await claimFromLanes(this.#tx, lanes, scope, this.#taking(size));
    const [first] = rows;
    if (first === undefined) return;
    this.#rows.push(...rows);
    this.#hostSlots.set(host, { of: first, delayMs: paceMs });
    this.#took(paceMs);
  }

  /** As many items as the host takes besides those that are with it. */
  async #takeWithinLimit(host: string, free: readonly Source[]): Promise<void> {
    const { requests, slots } = this.#request;
    const now = this.#rows.filter((row) => row.host === host).length;
    const places = (this.#limits.get(host) ?? 0) - (this.#inFlight.get(host) ?? 0) - now;
    const size = Math.min(places, requests - this.#asked, slots - this.#slotted, this.#room());
    const lanes = (await this.#runsOf(free)).map((run) => ({ ...run, host }));
    const rows = await claimFromLanes(this.#tx, lanes, {}, this.#taking(Math.max(0, size)));
    this.#rows.push(...rows);
    this.#asked += rows.length;
    this.#slotted += rows.length;
  }

  async #takeFree(free: readonly Source[]): Promise<void> {
    const most = Math.min(this.#request.requests - this.#asked, this.#room());
    if (most < 1 || free.length === 0) return;
    // Mostly no host is blocked or limited, and none needs to be looked up.
    const isAnyShut = this.#isAnyLimited || (await msUntil(this.#tx, 'blocked_until')) !== null;
    const scope = { ...(isAnyShut ? { hosts: 'free' as const } : {}), ...this.#shut() };
    const rows = await claimAmong(this.#tx, free, scope, this.#taking(most));
    for (const row of rows) this.#free.add(row);
    this.#rows.push(...rows);
    this.#asked += rows.length;
  }

  #took(delayMs: number): void {
    this.#asked += 1;
    this.#slotted += 1;
    this.#waits.push(delayMs);
  }

  async #runsOf(sources: readonly Source[]): Promise<SourceRun[]> {
    const runs: SourceRun[] = [];
    for (const source of sources) {
      const { rows } = await sql<{ run_id: string | null }>`${runsOf(source)}`.execute(this.#tx.q);
      for (const { run_id: runId } of rows) {
        if (runId === null || !this.#restingRuns.includes(runId)) runs.push({ source, runId });
      }
    }
    return runs;
  }

  #shut() {
    return { excludeRuns: this.#restingRuns, excludeHosts: this.#fullHosts() };
  }

  #fullHosts(): string[] {
    return [...this.#limits].flatMap(([host, limit]) =>
      (this.#inFlight.get(host) ?? 0) >= limit ? [host] : [],
    );
  }

  #room(): number {
    return this.#request.items - this.#rows.length;
  }

  #taking(count: number) {
    const { claimId, owner, leaseMs } = this.#request;
    return { owner, leaseMs, leaseIds: leasesFrom(claimId, this.#rows.length + 1, count) };
  }

  #batchSize({ system }: Source, resourceType: string): number {
    const fits = this.#request.batches.find(
      (one) => (one.system ?? system) === system && (one.type ?? resourceType) === resourceType,
    );
    return Math.min(500, fits?.size ?? 1);
  }

  /**
   * The slots were open, and nobody else writes meanwhile. After all items: the order in which tables are locked where
   * others do.
   */
  async #holdSlots(): Promise<void> {
    for (const [sourceId, slot] of this.#sourceSlots) {
      await this.#hold(sql`sources`, sql`source_id = ${sourceId}`, slot);
    }
    for (const [host, slot] of this.#hostSlots) {
      const isHost = sql`host = ${host}`;
      if (await this.#hold(sql`hosts`, isHost, slot)) continue;
      await sql`insert into hosts (host, updated_at) values (${host}, ${sqliteWords.now()})`.execute(
        this.#tx.q,
      );
      await this.#hold(sql`hosts`, isHost, slot);
    }
  }

  async #hold(
    table: RawBuilder<unknown>,
    which: RawBuilder<unknown>,
    { of, delayMs }: Slot,
  ): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update ${table} set slot_lease_id = ${of.lease_id}, slot_until = ${of.lease_until},
        next_slot_at = ${sqliteWords.addMs(sql`${of.claimed_at}`, delayMs)}
      where ${which}`.execute(this.#tx.q);
    return Number(numAffectedRows) > 0;
  }

  async #retryInMs(): Promise<number | null> {
    if (this.#asked >= this.#request.requests) return 0;
    // What was claimed knows its own distances.
    const more =
      this.#rows.length > 0
        ? [await msUntil(this.#tx, 'blocked_until')]
        : [
            await msUntilDue(this.#tx),
            await msUntilHost(this.#tx),
            this.#fullHosts().length > 0 ? slotPollMs : null,
          ];
    return least([...this.#waits, ...more]);
  }
}

interface Slot {
  /** The first of its items. */
  readonly of: WorkItemRow;
  readonly delayMs: number;
}
