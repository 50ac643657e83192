import { expect, it } from 'vitest';
import { migrationsDir, readMigrationFiles } from './files.ts';
import { estimateLargeTables } from './large-tables.ts';

const files = readMigrationFiles(migrationsDir('sqlserver'));

const sizesOf = (edition: number, inexact: number, rows: number) => ({
  executeBatch: async () => [
    { name: 'work_items', rows, bytes: 9e9, edition, inexact },
    { name: 'ingest_runs', rows: 40, bytes: 8192, edition, inexact },
  ],
});

const minutes = (line = '') => Number(/about (\d+) min/.exec(line)?.[1]);

it('tells rows, minutes and log of tables with many rows, and whether they stay in use', async () => {
  const { lines, large } = await estimateLargeTables(sizesOf(3, 1, 12_000_000), 'ingest', files);
  expect([...large]).toEqual(['work_items']);
  expect(lines).toEqual([
    expect.stringMatching(
      /^work_items holds 12,000,000 rows \(9\.0 GB\): about \d+ min and \d+\.\d GB of log\.$/,
    ),
    expect.stringContaining('while the tables are in use'),
  ]);
});

it('takes longer where columns are written into every row, and where keys are made anew', async () => {
  const estimate = async (edition: number, inexact: number) =>
    minutes(
      (await estimateLargeTables(sizesOf(edition, inexact, 12_000_000), 'ingest', files)).lines[0],
    );
  const enterprise = await estimate(3, 0);
  expect(await estimate(2, 0)).toBeGreaterThan(enterprise);
  expect(await estimate(3, 1)).toBeGreaterThan(enterprise);
});

it('says nothing of small tables, of nothing to do, nor where the server does not tell', async () => {
  expect((await estimateLargeTables(sizesOf(2, 1, 99_999), 'ingest', files)).lines).toEqual([]);
  expect((await estimateLargeTables(sizesOf(2, 1, 12_000_000), 'ingest', [])).lines).toEqual([]);
  const silent = { executeBatch: () => Promise.reject(new Error('no such view')) };
  expect(await estimateLargeTables(silent, 'ingest', files)).toEqual({
    large: new Set(),
    lines: [],
  });
});
