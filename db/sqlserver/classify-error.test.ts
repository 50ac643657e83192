import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../errors.ts';
import { resolveDatabaseSettings, type SqlServerSettings } from '../settings/settings.ts';
import { classifySqlServerError } from './classify-error.ts';

function settingsOf(): SqlServerSettings {
  const settings = resolveDatabaseSettings({
    DB_BACKEND: 'sqlserver',
    MSSQL_SA_PASSWORD: 'hush-hush',
  });
  if (settings.engine !== 'sqlserver') throw new Error('expected SQL Server');
  return settings;
}
const settings = settingsOf();

const withNumber = (number: number) =>
  Object.assign(new Error('Meldung in einer anderen Sprache'), { code: 'EREQUEST', number });
const withCode = (code: string, cause?: Error) =>
  Object.assign(new Error('text', { cause }), { code });

function classified(
  error: Error,
  during: 'connect' | 'statement' = 'statement',
  serverNumbers: number[] = [],
): DatabaseError {
  const result = classifySqlServerError(error, { settings, during, serverNumbers });
  if (!(result instanceof DatabaseError)) throw new Error('not classified');
  expect(result.cause).toBe(error);
  expect(`${result.message}${result.remedy}`).not.toMatch(/hush|Meldung/);
  return result;
}

describe('what SQL Server says', () => {
  it.each([
    [18456, 'db_login_failed', false],
    [4060, 'db_missing', false],
    [208, 'db_schema_missing', false],
    [229, 'db_permission_denied', false],
    [1205, 'db_deadlock', true],
    [1222, 'db_busy', true],
    [40501, 'db_busy', true],
    // A paused database of Azure SQL that is being resumed: nothing to look for in the settings.
    [40613, 'db_busy', false],
    [976, 'db_busy', false],
    [3947, 'db_busy', true],
    [40544, 'db_full', false],
    [2601, 'db_unique_violation', false],
    [2627, 'db_unique_violation', false],
    [547, 'db_constraint_violation', false],
    [8169, 'db_constraint_violation', false],
    [2628, 'db_value_too_long', false],
    [8152, 'db_value_too_long', false],
    [50000, 'db_error', false],
  ])('%i is %s', (number, code, transient) => {
    expect(classified(withNumber(number))).toMatchObject({ code, transient });
  });

  it('a login error without number is told by the messages that came before it', () => {
    expect(classified(withCode('ELOGIN'), 'connect', [4060, 18456]).code).toBe('db_missing');
    expect(classified(withCode('ELOGIN'), 'connect', [18456]).code).toBe('db_login_failed');
    expect(classified(withCode('ELOGIN'), 'connect').code).toBe('db_login_failed');
  });
});

it('a server that starts or recovers is waited for, not taken for one that refuses the login', () => {
  const starting = Object.assign(new Error('the database system is in recovery mode'), {
    code: 'ELOGIN',
    number: 33557097,
  });
  const error = classifySqlServerError(starting, { settings, during: 'connect' });
  expect(error).toMatchObject({ code: 'db_busy', transient: false });
});

describe('what the network says', () => {
  it.each([
    [
      'connect',
      withCode('ESOCKET', new AggregateError([withCode('ECONNREFUSED')])),
      'db_connection_refused',
    ],
    ['connect', withCode('ESOCKET', withCode('ENOTFOUND')), 'db_host_unknown'],
    ['connect', withCode('ETIMEOUT'), 'db_connect_timeout'],
    [
      'connect',
      withCode('ESOCKET', withCode('DEPTH_ZERO_SELF_SIGNED_CERT')),
      'db_certificate_untrusted',
    ],
    [
      'connect',
      withCode('ESOCKET', withCode('ERR_TLS_CERT_ALTNAME_INVALID')),
      'db_certificate_untrusted',
    ],
    ['statement', withCode('ETIMEOUT'), 'db_statement_timeout'],
    ['statement', withCode('ESOCKET', withCode('ECONNRESET')), 'db_connection_lost'],
  ] as const)('while it %ss: %s is %s', (during, error, code) => {
    expect(classified(error, during).code).toBe(code);
  });
});

it('errors of our own and of the program pass as they are', () => {
  const own = new DatabaseError('db_busy', 'busy', { remedy: 'wait' });
  const program = new TypeError('a fault of ours');
  const place = { settings, during: 'statement' } as const;
  expect(classifySqlServerError(own, place)).toBe(own);
  expect(classifySqlServerError(program, place)).toBe(program);
});
