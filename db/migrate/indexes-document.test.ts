/** docs/indexes.md: every index of the migrations, with what reads it and what it costs; `vitest -u` prints it. */
import { expect, it } from 'vitest';
import { markdownTable } from '#test/markdown-table.ts';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { splitBatches } from './split-batches.ts';
import { readAddColumns, readCreateIndex, splitList } from './tsql.ts';

/** Index rows that an ordinary discovered item costs when it is enqueued, claimed and completed for the first time. */
type Writes = readonly [enqueued: number, claimed: number, completed: number];

/** A move is two rows: one that goes and one that comes. */
const everyItem: Readonly<Record<string, readonly [reads: string, writes: Writes]>> = {
  IX_work_items_dedupe: ['enqueue: whether a key is known; search by key', [1, 0, 0]],
  IX_work_items_status: ['of the specification: plain SQL of other programs', [1, 2, 2]],
  IX_work_items_source: ['of the specification: plain SQL of other programs', [1, 0, 0]],
  IX_work_items_run_id: ['of the specification: plain SQL of other programs', [1, 0, 0]],
  IX_work_items_created: ['lists of all items, and what they search', [1, 0, 0]],
  IX_work_items_status_created: ['lists of a status', [1, 2, 2]],
  IX_work_items_source_totals: [
    'lists of a source, recrawls, known resources, comparing totals',
    [1, 2, 2],
  ],
  IX_work_items_run_status: ['lists of a run, its end, its failures, what it recrawls', [1, 2, 2]],
  IX_work_items_discovered_created: ['the children of an item', [1, 0, 0]],
  IX_work_items_resource_source: ['items whose id begins so, lists by id', [1, 0, 0]],
  IX_work_items_source_fetched: ['how much of a source is stale, and what; retention', [0, 0, 1]],
  IX_work_items_refresh: ['what is due for a recrawl, the most useful first', [0, 0, 1]],
};

const fewItems: Readonly<Record<string, string>> = {
  IX_work_items_lease: 'leases that have run out (an item stands here while it is leased)',
  IX_work_items_waiting: 'what has waited long enough',
  IX_work_items_on_hold: 'lists of what is on hold',
  IX_work_items_error_created: 'lists of an error code',
  IX_work_items_http_failure: 'lists of an HTTP status from 400',
  IX_work_items_missing: 'missing resources that are due to be looked at again',
  IX_work_items_without_run: 'what a new run takes up',
};

const others: Readonly<Record<string, string>> = {
  UX_ready_items_item: 'the trigger, and a claim that locks what it has looked at',
  IX_ready_items_order: 'claims of all sources',
  IX_ready_items_source: 'claims of a source',
  IX_ready_items_lane: 'claims of a lane',
  IX_stops_open: 'every claim: whether everything is stopped',
  IX_attempt_answers_answered: 'retention',
  IX_IngestRecords_Fetched_Id: 'the table itself, in a new database; lists by time, retention',
  IX_IngestRecords_Dedupe: 'the records of a resource',
  IX_IngestRecords_WorkItemId: 'the records of an item',
  IX_IngestRecords_Source_Fetched: 'the records of a source; retention',
  IX_IngestRecords_Run_Fetched: 'the records of a run',
  IX_IngestRecords_Failure_Fetched: 'lists of an HTTP status from 400',
  IX_IngestRecords_Resource: 'records whose id begins so',
  IX_record_bodies_stored: 'the table itself; what lost its record',
  IX_seen_resources_source: 'of the specification: plain SQL of other programs',
  IX_seen_resources_last_seen: 'of the specification; retention',
  IX_ingest_runs_started: 'the list of runs; retention',
  IX_ingest_runs_status_started: 'runs of a status',
  IX_ingest_runs_parent: 'recrawls and retries of a run',
  IX_ingest_runs_at_work: 'runs that are being prepared or emptied',
  UX_sources_name: 'a source by its name',
  IX_hosts_blocked: 'hosts that are blocked',
  IX_hosts_last_request: 'the list of hosts',
  IX_hosts_pace: 'claims: hosts with a pace',
  IX_hosts_concurrency: 'claims: hosts with a limit',
  IX_hosts_slot: 'renewing the slot of a lease',
  IX_hosts_next_slot: 'when the next host opens',
  IX_hosts_certificate: 'alert rules: certificates that end soon',
  IX_host_hours_hour: 'retention',
  IX_host_blocks_ended: 'retention',
  IX_source_hosts_source: 'the page of a source: the hosts it asks',
  IX_sources_paused: 'pauses that are over',
  IX_work_item_attempts_item: 'the attempts of an item',
  IX_work_item_attempts_run: 'the pace of a run',
  IX_events_run: 'the log of a run',
  IX_workers_heartbeat: 'workers that live',
  IX_schedules_next: 'schedules that are due',
  IX_notice_deliveries_waiting: 'what waits for a channel, in order',
  UX_alerts_open: 'open alerts; what is found twice at once',
  IX_alerts_closed: 'closed alerts, the newest first; retention',
  UX_quarantines_open: 'what is held; a source once',
  IX_quarantines_source: 'whether a version is held, by source and time',
  UX_run_measures_run: 'whether a run was measured',
  UX_bulk_actions_request_key: 'a request that is sent twice',
  IX_bulk_actions_running: 'bulk actions to go on with',
  IX_bulk_action_chunks_refused: 'refused items of a bulk action',
  IX_bulk_action_chunks_committed: 'retention',
  IX_request_keys_created: 'retention',
  IX_saved_views_page: 'the views of a page',
  UX_users_email: 'signing in',
  UX_users_identity: 'signing in with a provider',
  UX_sessions_token: 'who asks, at every request',
  UX_api_tokens_token: 'which program asks, at every request',
  IX_api_tokens_user: 'the tokens of a person',
  IX_sign_in_attempts_last: 'wrong passwords that are old',
  IX_sessions_user: 'the sessions of a person',
  IX_audit_log_at: 'the audit log',
  IX_audit_log_target_at: 'the audit log of one thing',
  UX_audit_chain_entry: 'the link of an entry; its purge',
};

interface Index {
  readonly name: string;
  readonly table: string;
  readonly keys: readonly string[];
  readonly included: readonly string[];
  readonly filter: string | null;
}

const batchesOf = (engine: 'sqlite' | 'sqlserver') =>
  readMigrationFiles(migrationsDir(engine)).flatMap(({ script }) =>
    splitBatches(script).map(({ sql }) => sql),
  );

const names = (list: string | undefined) =>
  splitList(list ?? '').flatMap((one) => /\[(\w+)\]/.exec(one)?.[1] ?? []);

function sqlServerIndexes(): Index[] {
  const found = batchesOf('sqlserver').flatMap((batch): Index[] => {
    const index = readCreateIndex(batch);
    if (!index) return [];
    const [, keys, , included] =
      /ON \S+ \(([^()]+)\)(\s+INCLUDE \(([^()]+)\))?/.exec(index.statement) ?? [];
    return [
      {
        name: index.name,
        table: /\[(\w+)\]$/.exec(index.table)?.[1] ?? '',
        keys: names(keys),
        included: names(included),
        filter: index.filter?.replaceAll(/\[|\]|N(?=')/g, '') ?? null,
      },
    ];
  });
  // A batch that is guarded may stand in two files: the first that is made counts.
  return [...new Map(found.toReversed().map((index) => [index.name, index])).values()].toReversed();
}

/** Declared types of the columns of all tables, by `table.column`. */
const types = new Map(
  batchesOf('sqlserver').flatMap((batch) => {
    const [, table = '', body = ''] =
      /CREATE TABLE \S+\[(\w+)\] \(\n([\s\S]+?)\n {4}\);/.exec(batch) ?? [];
    const added = readAddColumns(batch);
    const columns = body.matchAll(/^ +\[(\w+)\] ([A-Z0-9]+(?:\(\w+\))?)/gm);
    return [
      ...[...columns].map(([, name, type]) => [`${table}.${name}`, type ?? ''] as const),
      ...(added?.columns ?? []).map(({ name, definition }) => {
        const type = /\] ([A-Z0-9]+(?:\(\w+\))?)/.exec(definition)?.[1] ?? '';
        return [`${/\[(\w+)\]$/.exec(added?.table ?? '')?.[1]}.${name}`, type] as const;
      }),
    ];
  }),
);

/** What texts of a crawled page usually have, characters; an id has 36. */
const usual: Readonly<Record<string, number>> = {
  source_system: 9,
  source_name: 12,
  status: 9,
  resource_id: 20,
  resource_type: 5,
  dedupe_key: 50,
  host: 20,
  error_code: 17,
  wait_reason: 7,
};
const fixed: Readonly<Record<string, number>> = {
  DATETIME2: 8,
  'DATETIME2(7)': 8,
  'DATETIME2(3)': 7,
  INT: 4,
  BIGINT: 8,
  SMALLINT: 2,
  TINYINT: 1,
  UNIQUEIDENTIFIER: 16,
};

function bytesOf(table: string, column: string, kind: 'usual' | 'most'): number {
  const type = types.get(`${table}.${column}`);
  if (type === undefined) throw new Error(`${table}.${column} has no type.`);
  const characters = /^NVARCHAR\((\d+)\)$/.exec(type)?.[1];
  if (characters === undefined) return fixed[type] ?? Number.NaN;
  const most = Number(characters);
  return 2 * (kind === 'most' ? most : (usual[column] ?? Math.min(most, 36)));
}

/** Bytes of a row at its leaf: key, what is included, and the key of the table that it leads to. */
function rowBytes({ table, keys, included }: Index): number {
  const all = new Set([...keys, ...included, ...(table === 'work_items' ? ['work_item_id'] : [])]);
  return [...all].reduce((sum, column) => sum + bytesOf(table, column, 'usual'), 0);
}

const shape = ({ keys, included, filter }: Index) =>
  [
    `(${keys.join(', ')})`,
    ...(included.length > 0 ? [`+ ${included.join(', ')}`] : []),
    ...(filter === null ? [] : [`where ${filter.replaceAll(/\s+/g, ' ')}`]),
  ].join(' ');

const keyBytes = ({ table, keys }: Index) =>
  keys.reduce((sum, column) => sum + bytesOf(table, column, 'most'), 0);

function printed(): string {
  const indexes = new Map(sqlServerIndexes().map((index) => [index.name, index]));
  const the = (name: string): Index => {
    const index = indexes.get(name);
    if (!index) throw new Error(`No migration makes ${name}.`);
    return index;
  };
  const every = Object.entries(everyItem).map(([name, [reads, writes]]) => ({
    index: the(name),
    reads,
    writes,
  }));
  const tableOf = (readers: Readonly<Record<string, string>>) =>
    markdownTable(
      ['index', 'what reads it', 'columns', 'key'],
      Object.entries(readers).map(([name, reads]) => [
        `\`${name}\``,
        reads,
        shape(the(name)),
        keyBytes(the(name)),
      ]),
      [3],
    );
  const bytes = every.reduce((sum, { index }) => sum + rowBytes(index), 0);
  const writes = every.reduce((sum, one) => sum + one.writes.reduce((a, b) => a + b, 0), 0);
  return `# Indexes

Every index of SQL Server, with what reads it. A test writes this page from the migrations and its own list of readers
(\`vitest run --project unit db/migrate/indexes-document -u\`), and fails when an index has no reader. SQLite has the same, but for
those of the specification that nothing here walks, and but for the queue, which is four partial indexes there
(\`IX_work_items_ready\`, \`_ready_source\`, \`_ready_lane\`, \`_pending_available\`). Why these and no others: [decision
51](decisions/0051-few-indexes.md).

Key bytes are the most that the declared types allow (1,700 may be, 900 for a clustered one). Row bytes are those of an
item as a wiki has them: what is in the key, what is included, and the key of the table, without the 11 or so of overhead.

## work_items: in which every item stands

Beside the primary key, ${every.length} indexes and ${bytes} bytes for an item that a run has discovered, fetched and completed. The
columns at the end count index rows written: when it is enqueued, claimed and completed for the first time, ${writes} in all.

${markdownTable(
  ['index', 'what reads it', 'columns', 'key', 'row', 'enqueue', 'claim', 'complete'],
  every.map(({ index, reads, writes: counts }) => [
    `\`${index.name}\``,
    reads,
    shape(index),
    keyBytes(index),
    rowBytes(index),
    ...counts,
  ]),
  [3, 4, 5, 6, 7],
)}

## work_items: in which few stand

An item that succeeds in its turn is in none of them, but for its lease while it is in progress.

${tableOf(fewItems)}

## Other tables

${tableOf(others)}
`;
}

it('docs/indexes.md is what the migrations come to; vitest -u prints it', async () => {
  await expect(printed()).toMatchFileSnapshot('../../docs/indexes.md');
});

it('every index has a reader, and every reader an index', () => {
  const read = [everyItem, fewItems, others].flatMap((some) => Object.keys(some));
  expect(
    sqlServerIndexes()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(read.toSorted());
});

it('both engines have the same indexes, but for the queue and what only other programs walk', () => {
  const sqlite = new Set<string>();
  for (const batch of batchesOf('sqlite')) {
    for (const [, , name = ''] of batch.matchAll(
      /CREATE (UNIQUE )?INDEX (?:IF NOT EXISTS )?(\w+)/g,
    ))
      sqlite.add(name);
    for (const [, name = ''] of batch.matchAll(/DROP INDEX IF EXISTS (\w+)/g)) sqlite.delete(name);
  }
  const only = (some: Iterable<string>, others: ReadonlySet<string>) =>
    [...some].filter((name) => !others.has(name)).toSorted();
  const server = new Set(sqlServerIndexes().map(({ name }) => name));
  expect(only(sqlite, server)).toEqual([
    'IX_work_items_pending_available',
    'IX_work_items_ready',
    'IX_work_items_ready_lane',
    'IX_work_items_ready_source',
  ]);
  expect(only(server, sqlite)).toEqual([
    'IX_ready_items_lane',
    'IX_ready_items_order',
    'IX_ready_items_source',
    'IX_seen_resources_last_seen',
    'IX_seen_resources_source',
    'IX_work_items_run_id',
    'IX_work_items_source',
    'IX_work_items_status',
    'UX_ready_items_item',
  ]);
});

it('the column of a filter is key or included', () => {
  const away = sqlServerIndexes().flatMap(({ name, keys, included, filter }) =>
    [...(filter ?? '').matchAll(/(\w+) (?:=|<>|>=|>|IS) /g)].flatMap(([, column = '']) =>
      [...keys, ...included].includes(column) ? [] : [`${name}: ${column}`],
    ),
  );
  expect(away).toEqual([]);
});
