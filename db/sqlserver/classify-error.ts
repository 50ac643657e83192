/**
 * SQL Server's and the network's errors as errors a person can act on. By number first: the text
 * depends on the server's language and product. Remedies are those of the specification.
 */
import { statementTimeout } from '../deadline.ts';
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';
import type { SqlServerSettings } from '../settings/model.ts';
import { quoteServer } from './server-messages.ts';

/** Where an error happened; decides what a lost or late answer means. */
export interface ErrorPlace {
  readonly settings: SqlServerSettings;
  readonly during: 'connect' | 'statement';
  /** Numbers of the server's messages while connecting: tedious drops them from its login error. */
  readonly serverNumbers?: readonly number[];
}

interface Sentence {
  readonly code: DatabaseErrorCode;
  /** @param words what the server or the driver said */
  readonly message: (place: ErrorPlace, words: string) => string;
  readonly remedy: string;
  readonly transient?: boolean;
}

const server = ({ settings }: ErrorPlace) =>
  settings.instanceName === undefined
    ? `${settings.host}:${settings.port}`
    : `${settings.host}\\${settings.instanceName}`;

/** Who the settings sign in as, where they name somebody. */
const login = ({ user, authentication }: SqlServerSettings) => {
  if (authentication?.kind === 'ntlm') return `the login ${authentication.domain}\\${user}`;
  return user === '' ? 'this process’s identity' : `the login ${user}`;
};

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const refused: Sentence = {
  code: 'db_connection_refused',
  message: (place) => `No SQL Server answers at ${server(place)}.`,
  remedy:
    'Make sure that SQL Server runs (docker compose ps), check the port mapping (docker compose port sql2025 1433), and give it time: it takes 30 seconds and more to start.',
};
const hostUnknown: Sentence = {
  code: 'db_host_unknown',
  message: ({ settings }) => `The host name ${settings.host} is not known.`,
  remedy: 'Check INGEST_SQLSERVER_HOST and the name service of this machine.',
};
const connectTimeout: Sentence = {
  code: 'db_connect_timeout',
  message: (place) =>
    `${server(place)} did not answer within ${place.settings.connectTimeoutMs / 1000} s.`,
  remedy:
    'Check host and port and that no firewall drops the packets; a server that just started may need longer (INGEST_SQLSERVER_CONNECT_TIMEOUT).',
};
const loginFailed: Sentence = {
  code: 'db_login_failed',
  message: ({ settings }) => `The server refused ${login(settings)}.`,
  remedy:
    'Check INGEST_SQLSERVER_AUTHENTICATION, INGEST_SQLSERVER_USER and INGEST_SQLSERVER_PASSWORD (or MSSQL_SA_PASSWORD); the password must meet the server’s rules (8 characters and more with upper and lower case, digit, special character), and a server that is still starting refuses logins too.',
};
const noToken: Sentence = {
  code: 'db_login_failed',
  message: (_, words) => `Microsoft Entra ID gave no token to sign in with. ${words}`,
  remedy:
    'Check INGEST_SQLSERVER_USER (the client id), its secret in INGEST_SQLSERVER_PASSWORD and INGEST_SQLSERVER_TENANT_ID, or that this machine has a managed identity; and that the identity has a user in the database (CREATE USER … FROM EXTERNAL PROVIDER).',
};
const firewall: Sentence = {
  code: 'db_login_failed',
  message: (place) => `The firewall of ${server(place)} does not admit this machine’s address.`,
  remedy:
    'Add the address as a rule of the server’s firewall (Azure portal: Networking; or sp_set_firewall_rule), or connect through a private endpoint; a new rule takes up to five minutes.',
};
const missing: Sentence = {
  code: 'db_missing',
  message: ({ settings }) =>
    `The database ${settings.database} does not exist, or this login may not open it.`,
  remedy:
    'Run “pnpm db:init”, which creates it, or check INGEST_SQLSERVER_DATABASE and the login’s rights.',
};
const certificate: Sentence = {
  code: 'db_certificate_untrusted',
  message: (place) => `The certificate of ${server(place)} is not trusted.`,
  remedy:
    'Set TrustServerCertificate=yes (INGEST_SQLSERVER_TRUST_SERVER_CERTIFICATE=yes) for a server of your own, or install its authority and start Node with NODE_EXTRA_CA_CERTS; where it is for another name than the host’s, set INGEST_SQLSERVER_HOST_NAME_IN_CERTIFICATE.',
};
const tlsFailed: Sentence = {
  code: 'db_certificate_untrusted',
  message: (place) => `No encrypted connection could be agreed with ${server(place)}.`,
  remedy:
    'Check INGEST_SQLSERVER_ENCRYPT: “strict” needs SQL Server 2022 or later; “yes” suits the others; “no” only a server that forces no encryption.',
};
const schemaMissing: Sentence = {
  code: 'db_schema_missing',
  message: ({ settings }) =>
    `The database ${settings.database} lacks a table or column in the schema ${settings.schema}.`,
  remedy: 'Run “pnpm db:init” to apply the migrations, or check INGEST_SQLSERVER_SCHEMA.',
};
const noOpenJson: Sentence = {
  code: 'db_error',
  message: ({ settings }) =>
    `The database ${settings.database} knows no OPENJSON: its compatibility level is below 130.`,
  remedy:
    'Run “ALTER DATABASE … SET COMPATIBILITY_LEVEL = 150” on SQL Server 2019, 160 on 2022, 170 on 2025.',
};
const noReadPast: Sentence = {
  code: 'db_error',
  message: () =>
    'The session’s isolation level does not let a claim pass over locked rows: it is not READ COMMITTED.',
  remedy:
    'Look for a logon trigger, a proxy or a procedure that sets SERIALIZABLE or SNAPSHOT, and take it away.',
};
const setOptions: Sentence = {
  code: 'db_error',
  message: (_, words) => `A table’s indexes need other SET options. ${words}`,
  remedy:
    'Find what was made with QUOTED_IDENTIFIER or ANSI_NULLS off (sys.sql_modules, uses_quoted_identifier = 0), such as a trigger of your own, and make it again with both on.',
};
const denied: Sentence = {
  code: 'db_permission_denied',
  message: ({ settings }) =>
    `${capital(login(settings))} lacks a right in the database ${settings.database}.`,
  remedy:
    'Grant it SELECT, INSERT, UPDATE, DELETE and EXECUTE on the schema; migrations need CREATE TABLE and ALTER too.',
};
const lost: Sentence = {
  code: 'db_connection_lost',
  message: (place) => `The connection to ${server(place)} was lost.`,
  remedy: 'Try again; if it happens often, look into the server’s log.',
  transient: true,
};
const transactionEnded: Sentence = {
  code: 'db_busy',
  message: () => 'The server ended the transaction before it was complete.',
  remedy: 'Try again; if it happens often, look into the server’s log.',
  transient: true,
};
const pressed: Sentence = {
  code: 'db_busy',
  message: () => 'The server is short of memory or other resources.',
  remedy: 'Try again in a moment; if it lasts, give the server more memory or a larger tier.',
  transient: true,
};
const deadlock: Sentence = {
  code: 'db_deadlock',
  message: () => 'Two changes stood in each other’s way and the server chose this one to give up.',
  remedy: 'Try again.',
  transient: true,
};
const busy: Sentence = {
  code: 'db_busy',
  message: () => 'The database is busy: a lock was not free in time.',
  remedy: 'Try again in a moment.',
  transient: true,
};
const unique: Sentence = {
  code: 'db_unique_violation',
  message: () => 'A row with this key exists already.',
  remedy: 'Use another key, or change the existing row.',
};
const constraint: Sentence = {
  code: 'db_constraint_violation',
  message: () => 'The database refused a value.',
  remedy: 'Correct the value; the log says which rule it broke.',
};
const tooLong: Sentence = {
  code: 'db_value_too_long',
  message: () => 'A value is longer than its column.',
  remedy: 'Shorten the value; the log says which column it was.',
};
const full: Sentence = {
  code: 'db_full',
  message: ({ settings }) => `The database ${settings.database} or its log has no space left.`,
  remedy: 'Free disk space on the server, or let its files grow.',
};
const recovering: Sentence = {
  code: 'db_busy',
  message: ({ settings }) =>
    `The database ${settings.database} is not available now: it is starting, stopping or moving.`,
  remedy: 'Wait until the server has finished; its log says how far it is.',
};
const unknown: Sentence = {
  code: 'db_error',
  message: (_, words) => `The database reported an error. ${words}`,
  remedy: 'Look the number up in the documentation of SQL Server, and the cause in the log.',
};

/** Of a message that a person reads; the log has all of it. */
const longestWords = 300;

/**
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 * https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 * https://github.com/dotnet/efcore/blob/main/src/EFCore.SqlServer/Storage/Internal/SqlServerTransientExceptionDetector.cs
 */
const sentences: readonly (readonly [Sentence, readonly number[]])[] = [
  [loginFailed, [18452, 18456, 18470, 18486, 18487, 18488]],
  [firewall, [40615]],
  [missing, [911, 4060, 4063]],
  [schemaMissing, [207, 208, 1088, 2760, 4902]],
  [denied, [229, 230, 262, 297, 300, 916, 15247]],
  [noReadPast, [650]],
  [setOptions, [1934]],
  [deadlock, [1205, 3960]],
  // 1222: a lock time-out, 1204: no memory for locks. 1219, 3947, 3961: what a readable copy ends in favour of
  // its catching up, and what changed under a versioned read. 601: rows moved under a read.
  [busy, [601, 1204, 1219, 1222, 1807, 3947, 3961]],
  // Azure SQL asks for a pause.
  [busy, [10922, 10928, 10929, 10936, 40501, 49918, 49919, 49920]],
  // Queues for memory and for the optimizer. Azure SQL ends what takes too much: 40549–40553.
  [pressed, [701, 802, 8628, 8645, 8651, 40549, 40550, 40551, 40552, 40553]],
  // Doomed, ended by the server, or in conflict over a memory-optimized table.
  [transactionEnded, [3930, 3971, 3998, 41301, 41302, 41305, 41325, 41839]],
  // 596: ended by an administrator. The others are the network’s, as the server or its library numbers them.
  [lost, [20, 64, 121, 233, 258, 596, 997, 4014, 10053, 10054, 10060, 10061, 17197]],
  // Recovery, shutdown (6005, 17142), a failover (615, 976, 978, 979, 982, 983, 3906, 4221, 18401). Offline, without its
  // files, in emergency mode (942, 945, 3908): somebody is at work on it.
  [recovering, [615, 904, 921, 922, 923, 926, 927, 942, 945, 952, 976, 978, 979, 982, 983, 3906]],
  [recovering, [3908, 4221, 6005, 17142, 18401]],
  // Azure SQL: moved or scaled; paused and being resumed (40613, 42108, 42109).
  [recovering, [40143, 40166, 40197, 40540, 40613, 42108, 42109]],
  // 1827: the size that the edition allows.
  [full, [1101, 1105, 1827, 5149, 9002, 40544]],
  // What a row brings with it, and only this, is the row’s fault.
  [unique, [2601, 2627]],
  [constraint, [515, 547]],
  // Text that is no time, number, UUID or JSON; numbers beyond their type; 8023: no value of the parameter’s type.
  [constraint, [220, 232, 241, 242, 244, 245, 248, 295, 296, 8023, 8114, 8115, 8169, 13609]],
  // 511: the row as a whole, 1946: the key of an index.
  [tooLong, [511, 1946, 2628, 8152]],
];

const byNumber: ReadonlyMap<number, Sentence> = new Map(
  sentences.flatMap(([sentence, numbers]) => numbers.map((number) => [number, sentence] as const)),
);

/** From this severity on the server closes the connection. */
const fatalSeverity = 20;

/** Servers that speak TDS without SQL Server's numbers tell it by text only. */
const byText: readonly (readonly [RegExp, Sentence])[] = [
  [/^login failed|password authentication failed/im, loginFailed],
  [/^cannot open database|^database ".*" does not exist/im, missing],
  [/^(relation|column|schema) ".*" does not exist|^invalid (object|column) name/im, schemaMissing],
  [/permission (was )?denied/i, denied],
  [/deadlock/i, deadlock],
  [/^the database system is (starting|shutting|in recovery|not yet)/im, recovering],
  [/^invalid input syntax for type/im, constraint],
];

/** Turns whatever tedious or tarn threw into a DatabaseError; errors of our own pass unchanged. */
export function classifySqlServerError(error: unknown, place: ErrorPlace): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const causes = [...causesOf(error)];
  const codes = causes.map((cause) => ('code' in cause ? String(cause.code) : ''));
  const numbers = [
    ...(place.serverNumbers ?? []),
    ...causes.flatMap((cause) =>
      'number' in cause && typeof cause.number === 'number' ? [cause.number] : [],
    ),
  ];
  const isFatal = causes.some((cause) => 'class' in cause && Number(cause.class) >= fatalSeverity);
  const text = causes.map(({ message }) => message).join('\n');
  const sentence = byFacts(place, codes, numbers, text, isFatal);
  if (sentence === 'statement time-out') return statementTimeout(undefined, error);
  return new DatabaseError(sentence.code, sentence.message(place, wordsOf(error)), {
    remedy: sentence.remedy,
    transient: sentence.transient ?? false,
    cause: error,
  });
}

function byFacts(
  place: ErrorPlace,
  codes: readonly string[],
  numbers: readonly number[],
  text: string,
  isFatal: boolean,
): Sentence | 'statement time-out' {
  for (const number of numbers) {
    if (number === 208 && /\bopenjson\b/i.test(text)) return noOpenJson;
    const sentence = byNumber.get(number);
    if (sentence) return sentence;
  }
  const has = (...names: string[]) => codes.some((code) => names.includes(code));
  if (codes.some((code) => /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT)/.test(code)))
    return certificate;
  if (has('EFEDAUTH')) return noToken;
  if (codes.some((code) => /^(ERR_SSL|EPROTO|ERR_TLS|EENCRYPT)/.test(code))) return tlsFailed;
  if (has('ENOTFOUND', 'EAI_AGAIN')) return hostUnknown;
  if (has('ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EINSTLOOKUP')) return refused;
  if (has('ETIMEOUT', 'ETIMEDOUT', 'ECANCEL')) {
    return place.during === 'connect' ? connectTimeout : 'statement time-out';
  }
  for (const [pattern, sentence] of byText) if (pattern.test(text)) return sentence;
  if (has('ELOGIN')) return loginFailed;
  if (place.during === 'connect' && has('ESOCKET', 'ECONNRESET', 'EPIPE')) {
    return place.settings.encrypt === 'strict' ? tlsFailed : refused;
  }
  // EINVALIDSTATE: a request on a connection that is closed or still signing in.
  if (has('ESOCKET', 'ECONNRESET', 'EPIPE', 'ECLOSE', 'EINVALIDSTATE')) return lost;
  return isFatal ? lost : unknown;
}

/** As an administrator looks it up: the server’s messages with their numbers, else what the driver said. */
function wordsOf(error: Error): string {
  const said = [...causesOf(error)].map(({ message }) => message).filter((one) => one !== '');
  const words = quoteServer(error) ?? [...new Set(said)].slice(0, 2).join(' ');
  return words.length > longestWords ? `${words.slice(0, longestWords)}…` : words;
}

function* causesOf(error: Error): Generator<Error> {
  yield error;
  if (error instanceof AggregateError) {
    for (const one of error.errors) if (one instanceof Error) yield* causesOf(one);
  }
  if (error.cause instanceof Error) yield* causesOf(error.cause);
}

export function poolExhausted(poolMax: number, cause: unknown): DatabaseError {
  return new DatabaseError(
    'db_pool_exhausted',
    `All ${poolMax} connections of this process are in use.`,
    {
      remedy: 'Try again, lower the concurrency, or raise INGEST_SQLSERVER_POOL_MAX.',
      transient: false,
      cause,
    },
  );
}
