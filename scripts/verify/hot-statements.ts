/** The hottest calls of the product over a filled table, and what their plans may do. */

import type { Db } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { listAudit, parseAuditQuery } from '#lib/audit/list-audit.ts';
import { checkHealth } from '#lib/health/check-health.ts';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { readErrorClusters } from '#lib/metrics/error-clusters.ts';
import { overview } from '#lib/metrics/overview.ts';
import { readPulse } from '#lib/metrics/pulse.ts';
import { createStateStore, type OpenStateStore } from '#lib/queue/create-state-store.ts';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { listRecords, parseRecordQuery } from '#lib/records/list.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { measuredSource } from '../../bench/queue/bench-row.ts';
import { newItems, recordedCompletion } from '../../bench/queue/measured-items.ts';
import type { PlanBounds } from './showplan.ts';

interface HotCall {
  readonly name: string;
  /** What its statements may do. */
  readonly bounds: PlanBounds;
  /** An index that must be sought, by its table. */
  readonly seeks?: { readonly table: string; readonly index: RegExp };
  readonly run: (given: Given) => Promise<unknown>;
}

interface Given {
  readonly db: Db;
  readonly store: OpenStateStore;
  /** Claimed for the calls that end attempts. */
  readonly claimed: ClaimedItem[];
}

/** Rows that are filled: whoever reads a table whole reads at least so many. */
export const filledRows = 25_000;
/** Items that a call claims or completes. */
const batch = 50;
/** A claim looks at little more than it takes. */
const claiming: PlanBounds = { rowsRead: 10 * batch, sortedRows: 2 * batch, lookups: 'none' };
/** Items are found by their key, a few rows in each table for each of them. */
const changing: PlanBounds = { rowsRead: 40 * batch, sortedRows: 20 * batch, lookups: 'allowed' };
/** A small group is read whole, up to 10,000 rows (decision 17); no page reads more. */
const listing: PlanBounds = { rowsRead: 10_500, sortedRows: 10_500, lookups: 'allowed' };

const list =
  (filter: Record<string, string>) =>
  async ({ db }: Given) => {
    const { query } = parseWorkItemQuery(filter);
    const { next } = await listWorkItems(db, query);
    if (next !== null)
      await listWorkItems(db, parseWorkItemQuery({ ...filter, cursor: next }).query);
  };

const work = { owner: 'verify', leaseMs: 60_000 };

export const hotCalls: readonly HotCall[] = [
  {
    name: 'claim',
    bounds: claiming,
    seeks: { table: 'work_items', index: /./ },
    run: async ({ store, claimed }) => {
      claimed.push(...(await store.dequeue(batch, work)));
    },
  },
  {
    name: 'claim of a worker',
    bounds: claiming,
    seeks: { table: 'ready_items', index: /source|lane/ },
    run: ({ store }) => store.claimPolitely(batch, work),
  },
  {
    name: 'enqueue',
    bounds: changing,
    run: ({ store }) => store.enqueueMany(newItems(batch, 'again')),
  },
  {
    name: 'renew',
    bounds: changing,
    run: ({ store, claimed }) => store.renewLease(claimed, 60_000),
  },
  {
    name: 'complete a group',
    bounds: changing,
    run: ({ store, claimed }) => store.completeMany(claimed.splice(0).map(recordedCompletion)),
  },
  {
    name: 'rescue and promote',
    bounds: changing,
    run: ({ store }) => store.rescueExpired(),
  },
  { name: 'overview', bounds: listing, run: ({ db }) => overview(db) },
  { name: 'pulse', bounds: listing, run: ({ db }) => readPulse(db) },
  {
    name: 'failures',
    bounds: listing,
    run: async ({ db }) => readErrorClusters(db, '24h', (await overview(db)).asOf),
  },
  { name: 'work items', bounds: listing, run: list({}) },
  { name: 'pending work items', bounds: listing, run: list({ status: 'pending' }) },
  {
    name: 'failed work items of a source',
    bounds: listing,
    run: list({ status: 'failed', source: 'bench-1' }),
  },
  { name: 'work items by last change', bounds: listing, run: list({ sort: 'updated_at' }) },
  {
    name: 'records',
    bounds: listing,
    run: ({ db }) => listRecords(db, parseRecordQuery({}).query),
  },
  { name: 'runs', bounds: listing, run: ({ db }) => listRuns(db) },
  { name: 'hosts', bounds: listing, run: ({ db }) => listHosts(db) },
  { name: 'audit', bounds: listing, run: ({ db }) => listAudit(db, parseAuditQuery({}).query) },
  { name: 'health', bounds: listing, run: ({ db }) => checkHealth(db) },
];

/** What the calls work on: a source that may be asked, with ready items before all filled ones. */
export async function givenWork(db: Db): Promise<Given> {
  const store = await createStateStore({ db });
  const source = { name: measuredSource, type: 'test', enabled: true, settings: {}, seeds: [] };
  await saveSource(db, systemActor('verify'), source, { secretBox: null });
  await store.enqueueMany(newItems(500));
  return { db, store, claimed: [] };
}
