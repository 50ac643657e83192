import { beforeEach, describe, expect, it } from 'vitest';
import { readNow } from '#lib/now.ts';
import { operator } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { exportReport, monthSchema, readReport } from './read-report.ts';

describe.each(contractEngines())('the report of a month on $name', (engine) => {
  const given = useStore(engine);
  beforeEach(() => given.db.q.deleteFrom('source_days').execute());
  const givenDay = (source: string, day: string, numbers: Readonly<Record<string, number>> = {}) =>
    given.db.q
      .insertInto('source_days')
      .values({
        source_system: 'test',
        source_name: source,
        day: given.db.engine.instantParam(`${day}T00:00:00.000Z`),
        fetched: 10,
        changed: 4,
        failed: 1,
        skipped: 3,
        missing: 2,
        requests: 16,
        bytes: 1_000,
        ...numbers,
      })
      .execute();
  const present = async () => (await readNow(given.db)).slice(0, 7);
  const text = async (month: string) => {
    const parts: string[] = [];
    const request = { parameters: { month }, format: 'csv' } as const;
    for await (const part of await exportReport(given.db, operator, request)) parts.push(part);
    return parts.join('');
  };

  it('adds up the days of the month and of no other, by source', async () => {
    await givenDay('news', '2025-10-31');
    await givenDay('news', '2025-11-01');
    await givenDay('news', '2025-11-30', { fetched: 5, changed: 0, requests: 5 });
    await givenDay('news', '2025-12-01');
    await givenDay('laws', '2025-11-15', { changed: 0 });
    const { rows, total, days, isRunning } = await readReport(given.db, '2025-11');
    expect(
      rows.map(({ source, fetched, changed, missing }) => [source, fetched, changed, missing]),
    ).toEqual([
      ['laws', 10, 0, 2],
      ['news', 15, 4, 4],
    ]);
    expect(rows.map(({ requestsPerChange }) => requestsPerChange)).toEqual([null, 21 / 4]);
    expect(total).toMatchObject({ fetched: 25, failed: 3, requests: 37, bytes: 3_000 });
    expect(isRunning).toBe(false);
    expect(days.map(({ day }) => day)).toEqual(
      Array.from({ length: 30 }, (_, at) => `2025-11-${String(at + 1).padStart(2, '0')}`),
    );
    expect(days.flatMap(({ day, fetched }) => (fetched > 0 ? [[day, fetched]] : []))).toEqual([
      ['2025-11-01', 10],
      ['2025-11-15', 10],
      ['2025-11-30', 5],
    ]);
  });

  it('of a month without data is empty, and says which months may have some', async () => {
    const month = await present();
    const now = await readReport(given.db);
    expect(now).toMatchObject({ month, isRunning: true, rows: [], after: null });
    const ancient = await readReport(given.db, '2001-01');
    expect(ancient).toMatchObject({ rows: [], before: null, after: '2001-02' });
    expect((await readReport(given.db, '2024-12')).after).toBe('2025-01');
    expect(
      ['2026-13', '26-01', '2026-1', 'x'].map((one) => monthSchema.safeParse(one).success),
    ).toEqual([false, false, false, false]);
  });

  it('is a file, of names that no spreadsheet takes for a formula, and stands in the audit log', async () => {
    await givenDay('=cmd', '2025-11-02', { changed: 3, requests: 10 });
    expect((await text('2025-11')).split('\r\n')).toEqual([
      'month,source,fetched,changed,failed,gone,skipped,bytes,requests,requests_per_change,stale_now,items_now',
      "2025-11,'=cmd,10,3,1,2,3,1000,10,3.33,,",
      '',
    ]);
    const entries = await given.db.q
      .selectFrom('audit_log')
      .select(['action', 'target_id'])
      .execute();
    expect(entries).toEqual([{ action: 'report.export', target_id: '2025-11' }]);
    await expect(text('soon')).rejects.toMatchObject({ code: 'input_invalid' });
  });
});
