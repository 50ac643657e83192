import { expect, it } from 'vitest';
import { hasRowVersions, rowVersionsOff } from './row-versions.ts';

const answering = (rows: Record<string, unknown>[]) => ({ executeBatch: async () => rows });

it.each([
  [true, [{ on: true, version: 'Microsoft SQL Server 2019 (RTM)' }]],
  [false, [{ on: false, version: 'Microsoft SQL Azure (RTM)' }]],
  // It keeps versions by nature, whatever it says.
  [true, [{ on: false, version: 'Babelfish for PostgreSQL' }]],
  [true, []],
])('row versions are %s where the server says %j', async (expected, rows) => {
  expect(await hasRowVersions(answering(rows))).toBe(expected);
});

it('a database without them says how to turn them on', () => {
  expect(rowVersionsOff('Shop')).toMatchObject({
    code: 'db_rcsi_off',
    remedy: expect.stringContaining('ALTER DATABASE [Shop] SET READ_COMMITTED_SNAPSHOT ON'),
  });
});
