/** What a server says of itself after the load: facts for the report, and a few that must be so. */
import type { TdsConnection } from '#db/sqlserver/connection.ts';

type Rows = readonly Record<string, unknown>[];

interface FactQuery {
  readonly title: string;
  /** In the database of the load; `$(schema)` stands for its schema. */
  readonly text: string;
  /** A sentence for what must not be; null = as it should be. Without it the rows are only told. */
  readonly fault?: (rows: Rows) => string | null;
}

const sum = (rows: Rows, column: string) =>
  rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);

const factQueries: readonly FactQuery[] = [
  {
    title: 'Server',
    text: `SELECT @@VERSION AS [version], SERVERPROPERTY(N'ProductVersion') AS [build], SERVERPROPERTY(N'EngineEdition') AS [engine edition],
      SERVERPROPERTY(N'Collation') AS [server collation], [collation_name] AS [collation], [compatibility_level],
      [is_read_committed_snapshot_on], [is_accelerated_database_recovery_on], [log_reuse_wait_desc]
      FROM sys.databases WHERE [database_id] = DB_ID()`,
    fault: (rows) => (rows[0]?.['is_read_committed_snapshot_on'] ? null : 'row versions are off'),
  },
  {
    title: 'Locks on the queue',
    text: `SELECT OBJECT_NAME(s.[object_id]) AS [table], i.[name] AS [index], s.[index_lock_promotion_count],
        s.[index_lock_promotion_attempt_count], s.[page_lock_count], s.[row_lock_count], s.[row_lock_wait_in_ms]
      FROM sys.dm_db_index_operational_stats(DB_ID(), NULL, NULL, NULL) AS s
      JOIN sys.indexes AS i ON i.[object_id] = s.[object_id] AND i.[index_id] = s.[index_id]
      WHERE s.[object_id] = OBJECT_ID(N'[$(schema)].[ready_items]')`,
    fault: (rows) => {
      const [escalated, pages] = [
        sum(rows, 'index_lock_promotion_count'),
        sum(rows, 'page_lock_count'),
      ];
      if (rows.length === 0) return 'the server counts nothing for ready_items';
      return escalated + pages === 0 ? null : `${escalated} escalations and ${pages} page locks`;
    },
  },
  {
    title: 'Modules made with QUOTED_IDENTIFIER and ANSI_NULLS',
    text: `SELECT OBJECT_NAME([object_id]) AS [module], [uses_quoted_identifier], [uses_ansi_nulls]
      FROM sys.sql_modules WHERE OBJECT_SCHEMA_NAME([object_id]) = N'$(schema)'`,
    fault: (rows) => {
      const wrong = rows.filter((row) => !row['uses_quoted_identifier'] || !row['uses_ansi_nulls']);
      if (rows.length === 0) return 'no module is there';
      return wrong.length === 0 ? null : wrong.map((row) => String(row['module'])).join(', ');
    },
  },
  {
    title: 'Plans that were used once',
    text: `SELECT t.[text], COUNT(*) AS [plans], SUM(CASE WHEN p.[usecounts] = 1 THEN 1 ELSE 0 END) AS [used once]
      FROM sys.dm_exec_cached_plans AS p CROSS APPLY sys.dm_exec_sql_text(p.[plan_handle]) AS t
      WHERE p.[objtype] = N'Prepared' AND t.[text] LIKE N'%[$(schema)]%' OR t.[text] LIKE N'%"$(schema)"%'
      GROUP BY t.[text] ORDER BY COUNT(*) DESC`,
  },
  {
    title: 'Use of indexes',
    text: `SELECT OBJECT_NAME(i.[object_id]) AS [table], i.[name] AS [index], u.[user_seeks], u.[user_scans], u.[user_lookups], u.[user_updates]
      FROM sys.indexes AS i LEFT JOIN sys.dm_db_index_usage_stats AS u
        ON u.[object_id] = i.[object_id] AND u.[index_id] = i.[index_id] AND u.[database_id] = DB_ID()
      WHERE OBJECT_SCHEMA_NAME(i.[object_id]) = N'$(schema)' AND i.[name] IS NOT NULL
      ORDER BY [table], [index]`,
  },
  {
    title: 'Waits',
    text: `SELECT TOP (25) [wait_type], [waiting_tasks_count], [wait_time_ms], [max_wait_time_ms]
      FROM sys.dm_os_wait_stats WHERE [waiting_tasks_count] > 0 ORDER BY [wait_time_ms] DESC`,
  },
  {
    title: 'Deadlocks of system_health',
    text: `SELECT TOP (20) [event].value('(@timestamp)[1]', 'nvarchar(40)') AS [at], CONVERT(NVARCHAR(MAX), [event].query('.')) AS [graph]
      FROM (SELECT CAST(t.[target_data] AS XML) AS [data] FROM sys.dm_xe_session_targets AS t
        JOIN sys.dm_xe_sessions AS s ON s.[address] = t.[event_session_address]
        WHERE s.[name] = N'system_health' AND t.[target_name] = N'ring_buffer') AS ring
      CROSS APPLY ring.[data].nodes('//RingBufferTarget/event[@name="xml_deadlock_report"]') AS found([event])`,
  },
];

export interface Fact {
  readonly title: string;
  /** Null = this server does not answer it. */
  readonly rows: Rows | null;
  /** What must not be, or why it was not answered; null = as it should be. */
  readonly fault: string | null;
  /** Whether there is something that must be so. */
  readonly isAsserted: boolean;
}

/** A server sees what it may, and knows what it knows: each answer stands for itself. */
export async function readFacts(connection: TdsConnection, schema: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const { title, text, fault } of factQueries) {
    const isAsserted = fault !== undefined;
    try {
      const here = text.replaceAll('$(schema)', schema);
      const rows = await connection.executeBatch(here, { timeoutMs: 60_000 });
      facts.push({ title, rows, fault: fault?.(rows) ?? null, isAsserted });
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      facts.push({ title, rows: null, fault: String(reason), isAsserted });
    }
  }
  return facts;
}
