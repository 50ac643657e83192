/**
 * Quarantines: from a time on, new versions of a source are kept and not believed, and neither is that something is
 * gone, until a person decides. A quarantine is a stretch of a source's time, so that nothing is written for each
 * version; what one item is decided beside it stands in `quarantine_items`.
 */
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant, QuarantinesTable } from '#db/schema.ts';
import type { Sight } from '#lib/actor/model.ts';
import { objectFromText } from '#lib/json.ts';
import { ofSources } from '#lib/paging/of-sight.ts';

export const quarantineDecisions = ['accepted', 'discarded'] as const;
export type QuarantineDecision = (typeof quarantineDecisions)[number];

export interface Quarantine {
  readonly quarantineId: string;
  readonly sourceName: string;
  /** The alert rule that opened it. */
  readonly rule: string;
  /** What was found: "wiki: login or block pages instead of content". */
  readonly title: string;
  readonly detail: string;
  readonly evidence: Readonly<Record<string, string | number>>;
  /** The run whose content was found wrong. */
  readonly runId: string;
  /** What was fetched from then on is held. */
  readonly from: Instant;
  /** Until then; null while it is not decided. */
  readonly until: Instant | null;
  readonly openedAt: Instant;
  readonly decision: QuarantineDecision | null;
  readonly decidedBy: string | null;
  readonly note: string | null;
}

/** Of each state. */
const mostListed = 200;

const figures = z.record(z.string(), z.union([z.string(), z.number()])).catch({});

export const quarantineOf = (row: Selectable<QuarantinesTable>): Quarantine => ({
  quarantineId: row.quarantine_id,
  sourceName: row.source_name,
  rule: row.rule,
  title: row.title,
  detail: row.detail,
  evidence: figures.parse(objectFromText(row.evidence)),
  runId: row.run_id,
  from: row.from_at,
  until: row.until_at,
  openedAt: row.opened_at,
  decision: row.decision,
  decidedBy: row.decided_by,
  note: row.note,
});

/** Newest first, 200 at most. */
export async function listQuarantines(
  session: Session,
  state: 'open' | 'decided',
  sight: Sight = null,
): Promise<Quarantine[]> {
  const query = session.q
    .selectFrom('quarantines')
    .selectAll()
    .where('until_at', state === 'open' ? 'is' : 'is not', null)
    .$if(sight !== null, (some) =>
      some.where(ofSources(session.engine, sql.ref('source_name'), sight ?? [])),
    )
    .orderBy('opened_at', 'desc')
    .orderBy('quarantine_id', 'desc');
  const rows = await session.engine.take(query, mostListed).execute();
  return rows.map(quarantineOf);
}

/** By their ids; what is not there is left out. */
export async function readQuarantines(
  { q, engine }: Session,
  quarantineIds: readonly string[],
): Promise<Quarantine[]> {
  if (quarantineIds.length === 0) return [];
  const rows = await q
    .selectFrom('quarantines')
    .selectAll()
    .where('quarantine_id', 'in', engine.listed(quarantineIds))
    .execute();
  return rows.map(quarantineOf);
}

/** The one that is not decided; null = new versions of the source are believed. */
export async function openQuarantineOf(
  { q }: Session,
  sourceName: string,
): Promise<Quarantine | null> {
  const row = await q
    .selectFrom('quarantines')
    .selectAll()
    .where('source_name', '=', sourceName)
    .where('until_at', 'is', null)
    .executeTakeFirst();
  return row ? quarantineOf(row) : null;
}

export interface Held {
  readonly quarantineId: string;
  /** `open`: nobody has decided yet. */
  readonly state: 'open' | 'discarded';
}

/** Of records by their ids, at most 1,000: those that are not believed. */
export async function heldRecords(
  { q, engine }: Session,
  ingestIds: readonly string[],
): Promise<ReadonlyMap<string, Held>> {
  if (ingestIds.length === 0) return new Map();
  const rows = await q
    .selectFrom('held_records')
    .select(['ingest_id', 'quarantine_id', 'state'])
    .where('ingest_id', 'in', engine.listed(ingestIds))
    .execute();
  return new Map(
    rows.map((row) => [
      row.ingest_id,
      { quarantineId: row.quarantine_id, state: row.state === 'discarded' ? 'discarded' : 'open' },
    ]),
  );
}

/** Whether something that is said to be gone since then is believed to be: not while nobody has decided, nor after "discard". */
export async function isGoneBelieved(
  { q, engine }: Session,
  sourceName: string,
  since: Instant,
): Promise<boolean> {
  const at = engine.instantParam(since);
  const row = await q
    .selectFrom('quarantines')
    .select('quarantine_id')
    .where('source_name', '=', sourceName)
    .where('from_at', '<=', at)
    .where((eb) => eb.or([eb('until_at', 'is', null), eb('until_at', '>=', at)]))
    .where((eb) => eb.or([eb('decision', 'is', null), eb('decision', '=', 'discarded')]))
    .executeTakeFirst();
  return row === undefined;
}
