/** What the command palette finds: items by id or dedupe key, sources and runs by name or id. */

import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { isUuid } from '#lib/ids.ts';
import { runName } from '#lib/runs/run-name.ts';

export interface Found {
  readonly kind: 'work-item' | 'source' | 'run';
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly href: string;
}

const mostOfAKind = 6;
const queryTimeoutMs = 2_000;
/** Runs whose names and shortened ids are looked through; older ones are found by their whole id. */
const latestRuns = 200;

/** At most six of a kind; nothing for fewer than two characters. Every read is by an index or bounded. */
export async function find(session: Session, text: string): Promise<Found[]> {
  const wanted = text.trim().slice(0, 200);
  if (wanted.length < 2) return [];
  return session.engine.withTimeout(session, queryTimeoutMs, async (s) => [
    ...(await findSources(s, wanted)),
    ...(await findRuns(s, wanted)),
    ...(await findItems(s, wanted)),
  ]);
}

async function findItems(session: Session, wanted: string): Promise<Found[]> {
  const { engine } = session;
  const base = session.q
    .selectFrom('work_items')
    .select(['work_item_id', 'resource_id', 'dedupe_key', 'status']);
  const byId = await base.where('work_item_id', '=', wanted.toLowerCase()).execute();
  const byKey = await engine
    .take(
      base.where(engine.startsWith(sql.ref('dedupe_key'), wanted)).orderBy('dedupe_key'),
      mostOfAKind,
    )
    .execute();
  const byResource = await engine
    .take(
      base
        .where(engine.startsWith(sql.ref('resource_id'), wanted))
        .orderBy('resource_id')
        .orderBy('work_item_id'),
      mostOfAKind,
    )
    .execute();
  const distinct = new Map(
    [...byId, ...byKey, ...byResource].map((row) => [row.work_item_id, row]),
  );
  return [...distinct.values()].slice(0, mostOfAKind).map((row) => ({
    kind: 'work-item',
    id: row.work_item_id,
    title: row.resource_id,
    detail: row.dedupe_key,
    href: `/work-items/${row.work_item_id}`,
  }));
}

async function findSources(session: Session, wanted: string): Promise<Found[]> {
  const { engine } = session;
  const rows = await engine
    .take(
      session.q
        .selectFrom('sources')
        .select(['source_id', 'name', 'source_type'])
        .where('deleted_at', 'is', null)
        .where(engine.contains(sql.ref('name'), wanted))
        .orderBy('name'),
      mostOfAKind,
    )
    .execute();
  return rows.map((row) => ({
    kind: 'source',
    id: row.source_id,
    title: row.name,
    detail: row.source_type,
    href: `/sources/${row.source_id}`,
  }));
}

async function findRuns(session: Session, wanted: string): Promise<Found[]> {
  const { engine } = session;
  const base = session.q
    .selectFrom('ingest_runs')
    .select(['run_id', 'name', 'kind', 'status', 'started_at', 'source_revisions']);
  const rows = isUuid(wanted)
    ? await base.where('run_id', '=', wanted.toLowerCase()).execute()
    : (
        await engine
          .take(base.orderBy('started_at', 'desc').orderBy('run_id', 'desc'), latestRuns)
          .execute()
      ).filter(
        // Lists show the end of an id.
        (run) =>
          runName(run).toLowerCase().includes(wanted.toLowerCase()) ||
          run.run_id.toLowerCase().endsWith(wanted.toLowerCase()),
      );
  return rows.slice(0, mostOfAKind).map((row) => ({
    kind: 'run',
    id: row.run_id,
    title: runName(row),
    detail: `${row.status}, started ${row.started_at.slice(0, 16).replace('T', ' ')} UTC`,
    href: `/runs/${row.run_id}`,
  }));
}
