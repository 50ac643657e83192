/**
 * SQL Server's and the network's errors as errors a person can act on. By number first: the text
 * depends on the server's language and product. Remedies are those of the specification.
 */
import { statementTimeout } from '../deadline.ts';
import { DatabaseError, type DatabaseErrorCode } from '../errors.ts';
import type { SqlServerSettings } from '../settings/model.ts';

/** Where an error happened; decides what a lost or late answer means. */
export interface ErrorPlace {
  readonly settings: SqlServerSettings;
  readonly during: 'connect' | 'statement';
  /** Numbers of the server's messages while connecting: tedious drops them from its login error. */
  readonly serverNumbers?: readonly number[];
}

interface Sentence {
  readonly code: DatabaseErrorCode;
  readonly message: (place: ErrorPlace) => string;
  readonly remedy: string;
  readonly transient?: boolean;
}

const server = ({ settings }: ErrorPlace) =>
  settings.instanceName === undefined
    ? `${settings.host}:${settings.port}`
    : `${settings.host}\\${settings.instanceName}`;

const refused: Sentence = {
  code: 'db_connection_refused',
  message: (place) => `No SQL Server answers at ${server(place)}.`,
  remedy:
    'Make sure that SQL Server runs (docker compose ps), check the port mapping (docker port sql2025), and give it time: it takes 30 seconds and more to start.',
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
  message: ({ settings }) => `The server refused the login ${settings.user}.`,
  remedy:
    'Check INGEST_SQLSERVER_USER and INGEST_SQLSERVER_PASSWORD (or MSSQL_SA_PASSWORD); the password must meet the server’s rules (8 characters and more with upper and lower case, digit, special character), and a server that is still starting refuses logins too.',
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
    'Set TrustServerCertificate=yes (INGEST_SQLSERVER_TRUST_SERVER_CERTIFICATE=yes) for a server of your own, or install its authority and start Node with NODE_EXTRA_CA_CERTS.',
};
const tlsFailed: Sentence = {
  code: 'db_certificate_untrusted',
  message: (place) => `No encrypted connection could be agreed with ${server(place)}.`,
  remedy:
    'Check INGEST_SQLSERVER_ENCRYPT: “strict” needs SQL Server 2022 or later; “yes” suits the others.',
};
const schemaMissing: Sentence = {
  code: 'db_schema_missing',
  message: ({ settings }) =>
    `The database ${settings.database} lacks a table or column in the schema ${settings.schema}.`,
  remedy: 'Run “pnpm db:init” to apply the migrations, or check INGEST_SQLSERVER_SCHEMA.',
};
const denied: Sentence = {
  code: 'db_permission_denied',
  message: ({ settings }) =>
    `The login ${settings.user} lacks a right in the database ${settings.database}.`,
  remedy:
    'Grant it SELECT, INSERT, UPDATE, DELETE and EXECUTE on the schema; migrations need CREATE TABLE and ALTER too.',
};
const lost: Sentence = {
  code: 'db_connection_lost',
  message: (place) => `The connection to ${server(place)} was lost.`,
  remedy: 'Try again; if it happens often, look into the server’s log.',
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
  message: () => 'The database reported an error.',
  remedy: 'Look into the log for its cause.',
};

/**
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 * https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 */
const byNumber: ReadonlyMap<number, Sentence> = new Map([
  ...[18456, 18452, 18470, 18486, 18487, 18488].map((n) => [n, loginFailed] as const),
  ...[4060, 911, 4063].map((n) => [n, missing] as const),
  ...[208, 207, 2760, 1088, 4902].map((n) => [n, schemaMissing] as const),
  ...[229, 230, 262, 297, 300, 916, 15247].map((n) => [n, denied] as const),
  ...[1205, 3960].map((n) => [n, deadlock] as const),
  // 1222: a lock time-out, 1204: no memory for locks. The others: Azure SQL asks for a pause.
  ...[1222, 1204, 10928, 10929, 10936, 40501, 49918, 49919, 49920].map((n) => [n, busy] as const),
  // What a readable copy ends in favour of its catching up, and what changed under a versioned read.
  ...[1219, 3947, 3961].map((n) => [n, busy] as const),
  ...[2601, 2627].map((n) => [n, unique] as const),
  ...[547, 515].map((n) => [n, constraint] as const),
  // 241, 245, 8114, 8169: text that is no time, number or UUID.
  ...[241, 245, 8114, 8169].map((n) => [n, constraint] as const),
  ...[2628, 8152].map((n) => [n, tooLong] as const),
  ...[1101, 1105, 9002, 40544].map((n) => [n, full] as const),
  // Recovery (904, 921–923, 926, 927), shutdown (6005, 17142), a failover (615, 976, 978, 983, 3906, 4221,
  // 18401). Azure SQL: moved or scaled (40197, 40143, 40166, 40540), paused and being resumed (40613).
  ...[904, 921, 922, 923, 926, 927, 976, 978, 983, 3906, 6005, 17142, 18401].map(
    (n) => [n, recovering] as const,
  ),
  ...[615, 4221, 40143, 40166, 40197, 40540, 40613].map((n) => [n, recovering] as const),
]);

/** Servers that speak TDS without SQL Server's numbers tell it by text only. */
const byText: readonly (readonly [RegExp, Sentence])[] = [
  [/^login failed|password authentication failed/i, loginFailed],
  [/^cannot open database|^database ".*" does not exist/i, missing],
  [/^(relation|column|schema) ".*" does not exist|^invalid (object|column) name/i, schemaMissing],
  [/permission (was )?denied/i, denied],
  [/deadlock/i, deadlock],
  [/^the database system is (starting|shutting|in recovery|not yet)/i, recovering],
  [/^invalid input syntax for type/i, constraint],
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
  const sentence = byFacts(place, codes, numbers, error.message);
  if (sentence === 'statement time-out') return statementTimeout(undefined, error);
  return new DatabaseError(sentence.code, sentence.message(place), {
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
): Sentence | 'statement time-out' {
  for (const number of numbers) {
    const sentence = byNumber.get(number);
    if (sentence) return sentence;
  }
  const has = (...names: string[]) => codes.some((code) => names.includes(code));
  if (codes.some((code) => /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT)/.test(code)))
    return certificate;
  if (codes.some((code) => /^(ERR_SSL|EPROTO|ERR_TLS)/.test(code))) return tlsFailed;
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
  return unknown;
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
