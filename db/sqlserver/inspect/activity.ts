/** What goes on in the server: who waits for whom and for what, open transactions, deadlocks. */
import { sql } from 'kysely';
import { type Fact, type Finding, finding, ok } from '../../inspection.ts';
import { type Check, count, numberOf, type Row, raw, seconds, textOf } from './check.ts';

const blocking: Check = {
  what: 'who waits for whom',
  needs: 'server state',
  query: () =>
    raw(`select r.session_id, r.blocking_session_id, r.wait_time / 1000 as [seconds], r.wait_type, b.program_name, b.login_name, b.status,
      (select count(*) from sys.dm_exec_requests as o where o.blocking_session_id = r.blocking_session_id) as [waiting]
      from sys.dm_exec_requests as r left join sys.dm_exec_sessions as b on b.session_id = r.blocking_session_id
      where r.blocking_session_id > 0 and r.database_id = db_id() order by r.wait_time desc`),
  judge: (rows) => ({ findings: blockingFrom(rows) }),
};

/** Only who waits for nobody is at fault: the heads of the chains. */
export function blockingFrom(rows: readonly Row[]): Finding[] {
  if (rows.length === 0) return [ok('blocking', 'Nobody waits for a lock.')];
  const waiting = new Set(rows.map((row) => numberOf(row['session_id'])));
  const heads = new Map(
    rows
      .filter((row) => !waiting.has(numberOf(row['blocking_session_id'])))
      .map((row) => [numberOf(row['blocking_session_id']), row]),
  );
  return [...heads].map(([session, row]) => {
    const who = `${textOf(row['program_name']) || 'an unknown program'}, ${textOf(row['login_name'])}`;
    const message = `Session ${session} (${who}) holds up ${count(rows.length)} others, the first for ${seconds(row['seconds'])}.`;
    const idle = textOf(row['status']) === 'sleeping';
    return finding(
      'blocking',
      'warning',
      message,
      idle
        ? `It sleeps with an open transaction: have its owner commit, or end it with KILL ${session}.`
        : 'Wait for its statement, or see what it does with sys.dm_exec_input_buffer.',
    );
  });
}

const longOpenSeconds = 300;

const transactions: Check = {
  what: 'open transactions',
  needs: 'server state',
  query: () =>
    raw(`select s.session_id, s.program_name, s.login_name, datediff(second, a.transaction_begin_time, getdate()) as [seconds]
      from sys.dm_tran_session_transactions as t join sys.dm_tran_active_transactions as a on a.transaction_id = t.transaction_id
      join sys.dm_tran_database_transactions as d on d.transaction_id = t.transaction_id and d.database_id = db_id()
      join sys.dm_exec_sessions as s on s.session_id = t.session_id order by a.transaction_begin_time`),
  judge: (rows) => ({ findings: transactionsFrom(rows) }),
};

export function transactionsFrom(rows: readonly Row[]): Finding[] {
  const long = rows.filter((row) => numberOf(row['seconds']) >= longOpenSeconds);
  if (long.length === 0)
    return [ok('open_transactions', 'No transaction is open for five minutes.')];
  return long.map((row) => {
    const message = `Session ${numberOf(row['session_id'])} (${textOf(row['program_name'])}, ${textOf(row['login_name'])}) has a transaction open for ${seconds(row['seconds'])}: what it has changed waits, the log and old versions grow.`;
    return finding('open_transactions', 'warning', message, 'Have its owner commit or roll back.');
  });
}

/** What every server waits for when nothing is wrong. */
const benign =
  /^(SLEEP|BROKER|XE_|LAZYWRITER|CHECKPOINT|REQUEST_FOR_DEADLOCK|LOGMGR|DIRTY_PAGE|HADR_|SQLTRACE|QDS_|WAITFOR|CLR_|DISPATCHER|FT_|SP_SERVER|PREEMPTIVE_|PWAIT|SOS_WORK|ONDEMAND|RESOURCE_QUEUE|SERVER_IDLE|VDI_|PARALLEL_REDO|PVS_|REDO_|MEMORY_ALLOCATION_EXT|STARTUP)/;

const waitsOf = (view: string): Check => ({
  what: 'waits',
  needs: 'server state',
  query: () =>
    raw(
      `select top (200) wait_type, waiting_tasks_count, wait_time_ms, signal_wait_time_ms from ${view} where wait_time_ms > 0 order by wait_time_ms desc`,
    ),
  judge: (rows) => ({
    figures: [
      {
        title: 'Waits since the server started',
        rows: rows
          .filter((row) => !benign.test(textOf(row['wait_type'])))
          .slice(0, 10)
          .map(
            (row): Fact => [
              textOf(row['wait_type']),
              `${seconds(numberOf(row['wait_time_ms']) / 1_000)} in ${count(numberOf(row['waiting_tasks_count']))} waits`,
            ],
          ),
      },
    ],
  }),
});

const deadlocks: Check = {
  what: 'deadlocks of the last day (system_health)',
  needs: 'server state',
  notOnAzure: true,
  query: (schema) => sql`
    select count(*) as [all], sum(case when charindex(${`.${schema}.`}, event_data) > 0 then 1 else 0 end) as [ours],
      convert(nvarchar(30), max(timestamp_utc), 126) as [last]
    from sys.fn_xe_file_target_read_file(N'system_health*.xel', null, null, null)
    where object_name = N'xml_deadlock_report' and cast(timestamp_utc as datetime2(7)) > dateadd(day, -1, sysutcdatetime())`,
  judge: ([row]) => ({ findings: row ? [deadlocksFrom(row)] : [] }),
};

export function deadlocksFrom(row: Row): Finding {
  const [all, ours] = [numberOf(row['all']), numberOf(row['ours'])];
  if (ours === 0)
    return ok(
      'deadlocks',
      `No deadlock in this schema in the last day${all > 0 ? `, ${count(all)} elsewhere` : ''}.`,
    );
  const message = `${count(ours)} deadlocks in this schema in the last day, the last at ${textOf(row['last'])} UTC; each victim was run again.`;
  return finding(
    'deadlocks',
    'warning',
    message,
    'Their graphs are in system_health (xml_deadlock_report): see which program besides this one takes part.',
  );
}

/** @param isAzure Azure SQL Database keeps the waits of each database apart */
export const activityChecks = (isAzure: boolean): Check[] => [
  blocking,
  transactions,
  waitsOf(isAzure ? 'sys.dm_db_wait_stats' : 'sys.dm_os_wait_stats'),
  deadlocks,
];
