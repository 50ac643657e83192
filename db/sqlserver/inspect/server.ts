/** The server and the database: what they are, and which of their settings stand in the way. */
import { sql } from 'kysely';
import { type Fact, type Finding, finding, ok } from '../../inspection.ts';
import { type Check, isOn, numberOf, type Row, textOf } from './check.ts';

/** Product names by major version; the compatibility level of a version is ten times its number. */
const products: Readonly<Record<number, string>> = { 15: '2019', 16: '2022', 17: '2025' };
const oldestMajor = 15;
const azureEditions = [5, 8];
const expressEdition = 4;

export const serverCheck: Check = {
  what: 'the server and the settings of the database',
  // All columns: versions differ in which they have.
  query: (schema) => sql`
      select d.*, cast(has_perms_by_name(quotename(${schema}), 'SCHEMA', 'VIEW DEFINITION') as int) as [sees_schema], @@version as [version], cast(serverproperty('ProductVersion') as nvarchar(60)) as [product_version],
      cast(serverproperty('Edition') as nvarchar(100)) as [edition], cast(serverproperty('EngineEdition') as int) as [engine_edition],
      cast(databasepropertyex(db_name(), 'IsOptimizedLockingOn') as int) as [optimized_locking],
      cast(sessionproperty('QUOTED_IDENTIFIER') as int) as [quoted_identifier], cast(sessionproperty('ANSI_NULLS') as int) as [ansi_nulls],
      cast(sessionproperty('ANSI_PADDING') as int) as [ansi_padding], cast(sessionproperty('ANSI_WARNINGS') as int) as [ansi_warnings],
      cast(sessionproperty('ARITHABORT') as int) as [arithabort], cast(sessionproperty('CONCAT_NULL_YIELDS_NULL') as int) as [concat_null],
      cast(sessionproperty('NUMERIC_ROUNDABORT') as int) as [numeric_roundabort],
      (select cast(c.value_in_use as int) from sys.configurations as c where c.name = N'user options') as [user_options]
      from sys.databases as d where d.database_id = db_id()`,
  judge: ([row]) =>
    row === undefined
      ? {}
      : {
          facts: factsOf(row),
          findings: [
            ...versionOf(row),
            ...(isMicrosoft(row) ? [compatibilityOf(row), ...lockingOf(row)] : []),
            rowVersionsOf(row),
            ...optionsOf(row),
            sessionOf(row),
            logOf(row),
          ],
        },
};

export const isMicrosoft = (row: Row): boolean => textOf(row['version']).startsWith('Microsoft');

/**
 * Without the right, what is missing and what is not granted look alike. Null of a schema that does not exist; another
 * product shows its catalogue to everybody.
 */
export const seesSchema = (row: Row): boolean => !isMicrosoft(row) || row['sees_schema'] !== 0;

export const isAzureDatabase = (row: Row): boolean => numberOf(row['engine_edition']) === 5;

const isAzure = (row: Row) => azureEditions.includes(numberOf(row['engine_edition']));
const majorOf = (row: Row) => Number.parseInt(textOf(row['product_version']), 10);
const onOff = (value: unknown) => (isOn(value) ? 'on' : 'off');

function factsOf(row: Row): Fact[] {
  const [firstLine = ''] = textOf(row['version']).split('\n');
  return [
    ['Server', firstLine.trim()],
    ['Edition', textOf(row['edition'])],
    ['Compatibility level', textOf(row['compatibility_level'])],
    ['Collation', textOf(row['collation_name'])],
    ['Recovery model', textOf(row['recovery_model_desc'])],
    ['Row versions (RCSI)', onOff(row['is_read_committed_snapshot_on'])],
    ['Accelerated recovery (ADR)', onOff(row['is_accelerated_database_recovery_on'])],
    [
      'Optimized locking',
      row['optimized_locking'] === null ? 'not in this version' : onOff(row['optimized_locking']),
    ],
    ['Query Store', onOff(row['is_query_store_on'])],
    ['User options of the server', textOf(row['user_options'])],
  ];
}

function versionOf(row: Row): Finding[] {
  if (!isMicrosoft(row)) {
    return [
      finding(
        'server_version',
        'notice',
        'The server speaks the protocol of SQL Server and is another product.',
        'What only SQL Server does (passing over locked rows among it) is not to be expected here.',
      ),
    ];
  }
  if (isAzure(row)) return [ok('server_version', 'Azure SQL is supported.')];
  const major = majorOf(row);
  if (major < oldestMajor) {
    return [
      finding(
        'server_version',
        'fault',
        `Version ${major} of SQL Server is older than 2019.`,
        'Move the database to SQL Server 2019 or later.',
      ),
    ];
  }
  const name = `SQL Server ${products[major] ?? `version ${major}`}`;
  if (numberOf(row['engine_edition']) === expressEdition) {
    return [
      finding(
        'server_version',
        'notice',
        `${name} Express holds 10 GB a database.`,
        'Watch the sizes below; when it is full every change fails (1827).',
      ),
    ];
  }
  return [ok('server_version', `${name} is supported.`)];
}

function compatibilityOf(row: Row): Finding {
  const level = numberOf(row['compatibility_level']);
  const native = isAzure(row) ? level : majorOf(row) * 10;
  const alter = `ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = ${Math.max(native, 150)};`;
  if (level < 130) {
    const message = `Compatibility level ${level} has no OPENJSON, which every list is sent by.`;
    return finding('compatibility_level', 'fault', message, alter);
  }
  if (level < native) {
    const message = `The compatibility level is ${level}, that of the server ${native}: table variables are guessed at one row below 150.`;
    return finding(
      'compatibility_level',
      'notice',
      message,
      `When nothing else needs it: ${alter}`,
    );
  }
  return ok('compatibility_level', `The compatibility level is ${level}.`);
}

function rowVersionsOf(row: Row): Finding {
  if (isOn(row['is_read_committed_snapshot_on']))
    return ok('row_versions', 'Readers wait for nobody: row versions are on.');
  return finding(
    'row_versions',
    'fault',
    'Row versions are off: claims and pages would wait for every open change, and the product does not work.',
    'Stop what uses the database and run “pnpm db:init --enable-rcsi”.',
  );
}

function lockingOf(row: Row): Finding[] {
  if (row['optimized_locking'] === null) return [];
  if (isOn(row['optimized_locking']))
    return [ok('optimized_locking', 'Optimized locking is on: completions hold few locks.')];
  const accelerated = isOn(row['is_accelerated_database_recovery_on']);
  return [
    finding(
      'optimized_locking',
      'notice',
      'Optimized locking is off: completions hold a lock for each row.',
      `${accelerated ? '' : 'ALTER DATABASE CURRENT SET ACCELERATED_DATABASE_RECOVERY = ON; '}ALTER DATABASE CURRENT SET OPTIMIZED_LOCKING = ON; as the only user (docs/sql-server.md).`,
    ),
  ];
}

/** What is wrong when it is so, and how it is set right. */
const options: readonly (readonly [
  column: string,
  wrong: unknown,
  message: string,
  sql: string,
])[] = [
  [
    'is_auto_close_on',
    true,
    'AUTO_CLOSE ends the database when nobody is in it, and every first statement starts it',
    'AUTO_CLOSE OFF',
  ],
  [
    'is_auto_shrink_on',
    true,
    'AUTO_SHRINK takes away the space that the next hour needs, and fragments every index',
    'AUTO_SHRINK OFF',
  ],
  [
    'is_parameterization_forced',
    true,
    'PARAMETERIZATION FORCED replaces literals, and filtered indexes then serve no list',
    'PARAMETERIZATION SIMPLE',
  ],
  [
    'is_auto_update_stats_on',
    false,
    'Statistics are not updated: plans stay as they were when tables were small',
    'AUTO_UPDATE_STATISTICS ON',
  ],
  [
    'is_auto_create_stats_on',
    false,
    'Statistics are not made: the optimizer guesses',
    'AUTO_CREATE_STATISTICS ON',
  ],
];

function optionsOf(row: Row): Finding[] {
  // Another product fills these columns with what suits it.
  if (!isMicrosoft(row)) return [];
  const wrong = options.filter(([column, value]) => column in row && isOn(row[column]) === value);
  if (wrong.length === 0)
    return [ok('database_options', 'The options of the database suit the queue.')];
  return wrong.map(([, , message, setting]) =>
    finding('database_options', 'warning', `${message}.`, `ALTER DATABASE CURRENT SET ${setting};`),
  );
}

const mustBeOn = {
  quoted_identifier: 'QUOTED_IDENTIFIER',
  ansi_nulls: 'ANSI_NULLS',
  ansi_padding: 'ANSI_PADDING',
  ansi_warnings: 'ANSI_WARNINGS',
  arithabort: 'ARITHABORT',
  concat_null: 'CONCAT_NULL_YIELDS_NULL',
} as const;

/** With filtered indexes, a session that has one of them otherwise can change no row (1934). */
function sessionOf(row: Row): Finding {
  const wrong = [
    ...Object.entries(mustBeOn)
      .filter(([column]) => row[column] === 0)
      .map(([, name]) => `${name} is off`),
    ...(row['numeric_roundabort'] === 1 ? ['NUMERIC_ROUNDABORT is on'] : []),
  ];
  if (wrong.length === 0)
    return ok('session_options', 'Sessions have the SET options that filtered indexes need.');
  return finding(
    'session_options',
    'fault',
    `In a session of this process ${wrong.join(', ')}: changes fail with 1934.`,
    'Find the logon trigger or proxy that sets it, and take it away.',
  );
}

/** https://learn.microsoft.com/sql/relational-databases/logs/the-transaction-log-sql-server */
const logRemedies: Readonly<Record<string, string>> = {
  LOG_BACKUP:
    'Back up the log, or use the recovery model SIMPLE where no point in time is to be restored.',
  ACTIVE_TRANSACTION:
    'End the oldest open transaction; “blocking” and “open transactions” say whose it is.',
  AVAILABILITY_REPLICA: 'See why the secondary is behind (sys.dm_hadr_database_replica_states).',
  REPLICATION: 'See why the log reader of replication or CDC is behind.',
  ACTIVE_BACKUP_OR_RESTORE: 'Wait for the backup that runs.',
  DATABASE_MIRRORING: 'See why the mirror is behind.',
};

function logOf(row: Row): Finding {
  const waitsFor = textOf(row['log_reuse_wait_desc']);
  const remedy = logRemedies[waitsFor];
  return remedy === undefined
    ? ok('log_reuse', 'The log is reused.')
    : finding('log_reuse', 'warning', `The log grows: it waits for ${waitsFor}.`, remedy);
}
