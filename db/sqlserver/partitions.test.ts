import { describe, expect, it } from 'vitest';
import { indexesOf } from './divide-by-month.ts';
import {
  monthsBetween,
  partitionedTableNames,
  partitionedTables,
  partitionStatements,
} from './partitions.ts';

const months = ['2026-10-01', '2026-11-01'];
const statementsOf = (table: (typeof partitionedTableNames)[number], online = false) =>
  partitionStatements({ schema: 'ingest', table, indexes: indexesOf(table), months, online });

describe.each(partitionedTableNames)('%s by month', (table) => {
  const { time, primaryKey } = partitionedTables[table];

  it('has every index of the migrations on the scheme, so that a month can be emptied', () => {
    const text = statementsOf(table).join('\n');
    const made = [
      ...text.matchAll(
        /(?:CREATE (?:UNIQUE )?(?:NON)?CLUSTERED INDEX \[(\w+)\]|ADD CONSTRAINT \[(\w+)\])[^;]*;/g,
      ),
    ];
    const names = made.map(([, index, key]) => index ?? key);
    expect(names.toSorted()).toEqual(
      [...indexesOf(table).map(({ name }) => name), `PK_${table}`].toSorted(),
    );
    for (const [statement] of made)
      expect(statement).toMatch(new RegExp(`ON \\[PS_ingest_${table}\\] \\(\\[${time}\\]\\);$`));
  });

  it('has the month in every unique key, or it could not be aligned', () => {
    expect(primaryKey).toContain(time);
    const unique = statementsOf(table)
      .join('\n')
      .matchAll(/CREATE UNIQUE \w+ INDEX \[\w+\]\s+ON \S+ \(([^)]+)\)/g);
    for (const [, keys] of unique) expect(keys).toContain(`[${time}]`);
  });

  it('makes its order first, and each statement may be sent again', () => {
    const [partitionFunction, scheme, order, ...others] = statementsOf(table);
    expect(partitionFunction).toContain("FOR VALUES ('2026-10-01', '2026-11-01')");
    expect(scheme).toContain('ALL TO ([PRIMARY])');
    expect(order).toMatch(/ CLUSTERED /);
    for (const statement of [partitionFunction, scheme, order, ...others]) {
      expect(statement).toMatch(/^IF NOT EXISTS \(/);
    }
  });

  it('is built online where the edition can', () => {
    expect(statementsOf(table).join('\n')).not.toContain('ONLINE');
    for (const statement of statementsOf(table, true).slice(2)) {
      expect(statement).toMatch(/WITH \(ONLINE = ON\) ON \[PS_/);
    }
  });
});

describe('months', () => {
  it('reach from that of the oldest row to the last one asked for, over the end of a year', () => {
    expect(
      monthsBetween(new Date('2026-11-30T23:59:59Z'), new Date('2027-02-01T00:00:00Z')),
    ).toEqual(['2026-11-01', '2026-12-01', '2027-01-01', '2027-02-01']);
  });
});
