/** Pages of the runs, the audit log and the hosts, an item's page, and what the palette finds. */
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { listAudit, parseAuditQuery } from '#lib/audit/list-audit.ts';
import { type HostQuery, listHosts, readHostTotals } from '#lib/hosts/list-hosts.ts';
import { getWorkItemDetail } from '#lib/items/detail.ts';
import { encodeCursor } from '#lib/paging/cursor.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { find } from '#lib/search/find.ts';
import { benchRow } from '../queue/bench-row.ts';
import type { ListCase } from './list-case.ts';

export async function otherCases(db: Db, rows: number, nowMs: number): Promise<ListCase[]> {
  // A tenth of the items are categories, and only these have a run and an attempt.
  const deep = benchRow(Math.floor(rows / 100) * 10, rows, nowMs);
  const id = deep.work_item_id;
  const day = deep.updated_at.slice(0, 10);
  const audit: Record<string, Record<string, string>> = {
    first: {},
    deep: { cursor: await cursorAt(db, 'audit_log', 'audit_id', 'at', id) },
    'one actor': { actor: 'operator' },
    'actor found nowhere': { actor: 'nobody' },
    'one action': { action: 'work_items.skip' },
    'action found nowhere': { action: 'users' },
    'one target': { type: 'work_item', target: id },
    'one type of target': { type: 'work_item' },
    'type found nowhere': { type: 'source' },
    'id of a target': { target: id },
    'in a day': { from: day, to: day },
    'one actor in a day': { actor: 'operator', from: day, to: day },
  };
  const deepRun = await cursorAt(db, 'ingest_runs', 'run_id', 'started_at', id);
  const hosts: Record<string, HostQuery> = {
    first: {},
    blocked: { view: 'blocked' },
    'with a pace': { view: 'paced' },
    'part of a name': { name: 'page_1' },
    'found nowhere': { name: 'no-such-host' },
  };
  return [
    ...Object.entries(audit).map(([name, raw]) => ({
      name: `audit: ${name}`,
      read: (s: Session) => listAudit(s, auditQuery(raw)),
    })),
    { name: 'runs: first', read: (s) => listRuns(s) },
    { name: 'runs: deep', read: (s) => listRuns(s, { cursor: deepRun }) },
    { name: 'runs: failed', read: (s) => listRuns(s, { filter: { status: ['failed'] } }) },
    {
      name: 'runs: failed, deep',
      read: (s) => listRuns(s, { filter: { status: ['failed'] }, cursor: deepRun }),
    },
    {
      name: 'runs: status found nowhere',
      read: (s) => listRuns(s, { filter: { status: ['cancelled'] } }),
    },
    ...Object.entries(hosts).map(([name, query]) => ({
      name: `hosts: ${name}, with their totals`,
      read: async (s: Session) => {
        const { rows } = await listHosts(s, query);
        return readHostTotals(
          s,
          rows.map(({ host }) => host),
        );
      },
    })),
    { name: 'item: its page, with attempts', read: (s) => getWorkItemDetail(s, id) },
    { name: 'palette: an id', read: (s) => find(s, systemActor('test'), id) },
    { name: 'palette: a common beginning', read: (s) => find(s, systemActor('test'), 'Page_1') },
    { name: 'palette: found nowhere', read: (s) => find(s, systemActor('test'), 'no such text') },
  ];
}

function auditQuery(raw: Record<string, string>) {
  const { query, problems } = parseAuditQuery(raw);
  if (problems.length > 0) throw new Error(`The address is wrong: ${JSON.stringify(problems)}`);
  return query;
}

async function cursorAt(
  db: Db,
  table: 'audit_log' | 'ingest_runs',
  idColumn: string,
  column: 'at' | 'started_at',
  id: string,
): Promise<string> {
  const { rows } = await sql<{ value: string }>`
    select ${db.engine.cursorText(sql.ref(column))} as value from ${db.engine.table(table)}
    where ${sql.ref(idColumn)} = ${id}`.execute(db.q);
  return encodeCursor({
    sort: column,
    direction: 'desc',
    way: 'after',
    value: rows[0]?.value ?? null,
    id,
  });
}
