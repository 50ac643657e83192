/**
 * Dividing a table by month, in T-SQL: the function and scheme of months, then every index of the table anew on the
 * scheme. Only when all indexes are aligned may a partition be emptied by itself:
 * https://learn.microsoft.com/sql/relational-databases/partitions/partitioned-tables-and-indexes
 */
import type { CreateIndex } from '../migrate/tsql.ts';

/** Tables that grow by time, with the column of the month and what stands for their order. */
export const partitionedTables = {
  IngestRecords: {
    time: 'fetched_at_utc',
    type: 'DATETIME2(7)',
    clustered: {
      name: 'IX_IngestRecords_Fetched_Id',
      keys: ['fetched_at_utc', 'ingest_id'],
      isKey: false,
    },
    primaryKey: ['ingest_id', 'fetched_at_utc'],
  },
  work_item_attempts: {
    time: 'finished_at',
    type: 'DATETIME2(3)',
    clustered: { name: 'PK_work_item_attempts', keys: ['finished_at', 'attempt_id'], isKey: true },
    primaryKey: ['finished_at', 'attempt_id'],
  },
  events: {
    time: 'at',
    type: 'DATETIME2(3)',
    clustered: { name: 'PK_events', keys: ['event_id', 'at'], isKey: true },
    primaryKey: ['event_id', 'at'],
  },
} as const;
export type PartitionedTable = keyof typeof partitionedTables;
export const partitionedTableNames = Object.keys(partitionedTables) as PartitionedTable[];

export interface PartitionPlan {
  readonly schema: string;
  readonly table: PartitionedTable;
  /** The table's indexes as the migrations make them. */
  readonly indexes: readonly CreateIndex[];
  /** First days of months, `2026-01-01`, from that of the oldest row to some ahead. */
  readonly months: readonly string[];
  /** Whether the edition builds indexes beside their users. */
  readonly online: boolean;
}

/** Each statement may be sent again: what it makes is looked for first. */
export function partitionStatements({
  schema,
  table,
  indexes,
  months,
  online,
}: PartitionPlan): string[] {
  const { time, type, clustered, primaryKey } = partitionedTables[table];
  const name = `[${schema}].[${table}]`;
  const scheme = `PS_${schema}_${table}`;
  const onScheme = `ON [${scheme}] ([${time}])`;
  const columns = (keys: readonly string[]) => keys.map((key) => `[${key}]`).join(', ');
  const onlineOption = online ? ' WITH (ONLINE = ON)' : '';
  /** The index is there, and on the scheme. */
  const isDone = (index: string) =>
    `EXISTS (SELECT 1 FROM sys.indexes AS i JOIN sys.partition_schemes AS s ON s.data_space_id = i.data_space_id
    WHERE i.[object_id] = OBJECT_ID(N'${name}') AND i.[name] = N'${index}' AND s.[name] = N'${scheme}')`;
  const dropIndex = (index: string) =>
    `IF EXISTS (SELECT 1 FROM sys.indexes WHERE [object_id] = OBJECT_ID(N'${name}') AND [name] = N'${index}') DROP INDEX [${index}] ON ${name};`;
  const dropKey = `IF EXISTS (SELECT 1 FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID(N'${name}') AND [name] = N'PK_${table}') ALTER TABLE ${name} DROP CONSTRAINT [PK_${table}];`;
  const others = indexes.filter((index) => index.name !== clustered.name);
  return [
    `IF NOT EXISTS (SELECT 1 FROM sys.partition_functions WHERE [name] = N'PF_${schema}_${table}')
    CREATE PARTITION FUNCTION [PF_${schema}_${table}] (${type}) AS RANGE RIGHT FOR VALUES (${months.map((month) => `'${month}'`).join(', ')});`,
    `IF NOT EXISTS (SELECT 1 FROM sys.partition_schemes WHERE [name] = N'${scheme}')
    CREATE PARTITION SCHEME [${scheme}] AS PARTITION [PF_${schema}_${table}] ALL TO ([PRIMARY]);`,
    // The order of the table. Other indexes lead to it, and are made anew behind it in any case.
    clustered.isKey
      ? `IF NOT ${isDone(clustered.name)}
BEGIN
    ${dropKey}
    ALTER TABLE ${name} ADD CONSTRAINT [PK_${table}] PRIMARY KEY CLUSTERED (${columns(primaryKey)})${onlineOption} ${onScheme};
END`
      : `IF NOT ${isDone(clustered.name)}
BEGIN
    ${dropKey}
    ${dropIndex(clustered.name)}
    CREATE UNIQUE CLUSTERED INDEX [${clustered.name}] ON ${name} (${columns(clustered.keys)})${onlineOption} ${onScheme};
END`,
    ...(clustered.isKey
      ? []
      : [
          `IF NOT ${isDone(`PK_${table}`)}
BEGIN
    ${dropKey}
    ALTER TABLE ${name} ADD CONSTRAINT [PK_${table}] PRIMARY KEY NONCLUSTERED (${columns(primaryKey)})${onlineOption} ${onScheme};
END`,
        ]),
    ...others.map((index) => {
      const create = index.statement.replaceAll('$(schema)', schema);
      return `IF NOT ${isDone(index.name)}
BEGIN
    ${dropIndex(index.name)}
    ${create}${onlineOption} ${onScheme};
END`;
    }),
  ];
}

/** First days of the months from one to another, both included. */
export function monthsBetween(from: Date, to: Date): string[] {
  const months: string[] = [];
  for (
    let at = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), 1));
    at <= to;
    at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1))
  ) {
    months.push(at.toISOString().slice(0, 10));
  }
  return months;
}
