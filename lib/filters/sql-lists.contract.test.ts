/** The filters of the lists that are read page by page: each finds what it says, on either engine. */
import { describe, expect, it } from 'vitest';
import type { Session } from '#db/engine.ts';
import { systemActor } from '#lib/actor/model.ts';
import { auditFilters } from '#lib/audit/audit-filters.ts';
import { listAudit, parseAuditQuery } from '#lib/audit/list-audit.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { hostFilters } from '#lib/hosts/host-filters.ts';
import { listHosts, parseHostQuery } from '#lib/hosts/list-hosts.ts';
import { newId } from '#lib/ids.ts';
import { bulkFilters } from '#lib/items/bulk/bulk-filters.ts';
import { launchBulkAction } from '#lib/items/bulk/launch.ts';
import { listBulkActions } from '#lib/items/bulk/read.ts';
import { listRecords, parseRecordQuery } from '#lib/records/list.ts';
import { recordFilters } from '#lib/records/record-filters.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { runFilters } from '#lib/runs/run-filters.ts';
import { ensureSampleSource } from '#lib/sources/save-source.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import type { ListWords } from './filter.ts';

type Raw = Readonly<Record<string, string>>;
type Read = (s: Session, raw: Raw) => Promise<{ readonly rows: readonly unknown[] }>;

const lists: readonly (readonly [string, ListWords, Read])[] = [
  ['runs', runFilters.words, (s, raw) => listRuns(s, { filter: runFilters.read(raw).values })],
  [
    'background actions',
    bulkFilters.words,
    (s, raw) => listBulkActions(s, { filter: bulkFilters.read(raw).values }),
  ],
  ['records', recordFilters.words, (s, raw) => listRecords(s, parseRecordQuery(raw).query)],
  ['audit', auditFilters.words, (s, raw) => listAudit(s, parseAuditQuery(raw).query)],
  ['hosts', hostFilters.words, (s, raw) => listHosts(s, parseHostQuery(raw).query)],
];

/** Something that no row is. */
const nowhere = ({ kind, options, name }: { kind: string; options?: unknown; name: string }) => {
  if (kind === 'date') return name.endsWith('_from') ? '2999-01-01' : '1999-01-01';
  if (kind === 'flag') return '1';
  if (Array.isArray(options)) return (options.at(-1) as { value: string }).value;
  if (kind === 'number') return '418';
  return ['parent', 'run', 'item'].includes(name)
    ? '0192f7a0-0000-7000-8000-000000000001'
    : 'nowhere';
};

describe.each(contractEngines())('filters of lists on $name', (engine) => {
  const given = useStore(engine);

  it.each(lists)('of %s are all understood by the database', async (_, words, read) => {
    for (const { filters } of words.groups) {
      for (const filter of filters) {
        const value =
          filter.isHidden !== true && filter.kind === 'date' ? '.. 1999-01-01' : nowhere(filter);
        expect((await read(given.db, { [filter.name]: value })).rows, filter.name).toEqual([]);
      }
    }
    const all = Object.fromEntries(
      words.groups.flatMap(({ filters }) =>
        filters.flatMap((filter) =>
          filter.kind === 'date' ? [] : [[filter.name, nowhere(filter)]],
        ),
      ),
    );
    expect((await read(given.db, all)).rows).toEqual([]);
  });

  it('runs are found by what they are called, by whom, when, and a part of their id', async () => {
    await ensureSampleSource(given.db);
    const ada = { ...systemActor('test'), email: 'ada@example.org' };
    const { runId } = await launchRun(given.db, ada, { kind: 'seed', sources: ['Sample'] });
    const named = await launchRun(given.db, systemActor('test'), {
      kind: 'seed',
      sources: ['Sample'],
      name: 'Nightly 50%',
    });
    const found = async (raw: Raw) => {
      const { values, problems } = runFilters.read(raw);
      expect(problems).toEqual([]);
      const { rows } = await listRuns(given.db, { filter: values });
      return rows.map((run) => run.runId).toSorted();
    };
    const both = [runId, named.runId].toSorted();
    expect(await found({ q: 'seed of sample' })).toEqual(both);
    expect(await found({ q: 'nightly' })).toEqual([named.runId]);
    expect(await found({ q: '50%' })).toEqual([named.runId]);
    expect(await found({ q: runId.slice(-8) })).toEqual([runId]);
    expect(await found({ by: 'ADA' })).toEqual([runId]);
    expect(await found({ source: 'Sample' })).toEqual(both);
    expect(await found({ source: 'Samp' })).toEqual([]);
    expect(await found({ kind: 'recrawl,retry' })).toEqual([]);
    expect(await found({ status: 'running,completed', kind: 'seed' })).toEqual(both);
    expect(await found({ started: '<1h' })).toEqual(both);
    expect(await found({ started: '>1h' })).toEqual([]);
    expect(await found({ ended: '<1h', status: 'running' })).toEqual([]);
    expect(await found({ paused: '1' })).toEqual([]);
    expect(await found({ failures: '1' })).toEqual([]);
  });

  it('background actions are found by what they do, to what, and by whom', async () => {
    const { bulkActionId } = await launchBulkAction(
      given.db,
      { ...systemActor('test'), email: 'ada@example.org' },
      { change: { action: 'skip' }, scope: { filter: { source: 'Elsewhere' } }, dryRun: true },
      newId(),
    );
    const found = async (raw: Raw) => {
      const { values, problems } = bulkFilters.read(raw);
      expect(problems).toEqual([]);
      const { rows } = await listBulkActions(given.db, { filter: values });
      return rows.map((action) => action.bulkActionId);
    };
    for (const raw of [
      { q: 'elsewhere' },
      { q: 'skip' },
      { q: bulkActionId.slice(-8) },
      { by: 'ada' },
      { dry: '1', launched: '<1h' },
      { status: 'running,completed' },
    ]) {
      expect(await found(raw), JSON.stringify(raw)).toEqual([bulkActionId]);
    }
    expect(await found({ status: 'failed' })).toEqual([]);
    expect(await found({ launched: '>1h' })).toEqual([]);
  });

  it('the audit log is searched by what happened', async () => {
    await recordAudit(given.db, systemActor('test'), {
      action: 'source.update',
      targetType: 'source',
      targetId: 'abc-1',
      summary: 'Slowed Sample down',
    });
    const found = async (raw: Raw) =>
      (await listAudit(given.db, parseAuditQuery(raw).query)).rows.length;
    expect(await found({ q: 'slowed' })).toBe(1);
    expect(await found({ q: 'abc-1', when: '<1h' })).toBe(1);
    expect(await found({ q: 'slowed', when: '>1h' })).toBe(0);
  });
});
