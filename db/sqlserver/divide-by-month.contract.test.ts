import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ContractDatabase,
  sqliteEngine,
  sqlServerEngines,
} from '#test/db/contract-engines.ts';
import { DatabaseError } from '../errors.ts';
import { type DivisionReport, divideByMonth } from './divide-by-month.ts';
import { partitionedTableNames } from './partitions.ts';

const [engine = sqliteEngine] = sqlServerEngines();

describe.skipIf(engine === sqliteEngine)('dividing tables by month on SQL Server', () => {
  let database: ContractDatabase;
  beforeAll(async () => {
    database = await engine.create();
  });
  afterAll(() => database?.dispose());

  it('says first what it would take, or that the server is another product, and changes nothing', async () => {
    const { settings, db } = database;
    if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
    const reports: DivisionReport[] = [];
    const steps: string[] = [];
    const error: unknown = await divideByMonth(settings, {
      tables: partitionedTableNames,
      dryRun: true,
      onReport: (report) => reports.push(report),
      onStatement: (table) => steps.push(table),
    }).catch((reason: unknown) => reason);
    const isOther = error instanceof DatabaseError && error.code === 'db_settings_invalid';
    if (isOther) expect(error.message).toMatch(/another product/);
    else expect(error).toBeUndefined();
    const told = reports.map(({ table, foreign, statements }) => [
      table,
      foreign,
      statements.length > 0,
    ]);
    expect(told).toEqual(isOther ? [] : partitionedTableNames.map((table) => [table, [], true]));
    expect(steps).toEqual([]);
    expect(await db.q.selectFrom('events').select('kind').execute()).toEqual([]);
  });
});
