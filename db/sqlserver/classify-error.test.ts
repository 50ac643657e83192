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
  expect(`${result.message}${result.remedy}`).not.toContain('hush');
  return result;
}

describe('what SQL Server says', () => {
  it.each([
    ['db_login_failed', false, [18452, 18456, 40615]],
    ['db_missing', false, [911, 4060]],
    ['db_schema_missing', false, [207, 208]],
    ['db_permission_denied', false, [229, 916]],
    ['db_deadlock', true, [1205, 3960]],
    ['db_busy', true, [601, 1204, 1219, 1222, 3947, 3961]],
    ['db_busy', true, [10928, 10929, 10936, 40501, 49918, 49919, 49920]],
    ['db_busy', true, [701, 802, 8628, 8645, 8651, 40549, 40550, 40551, 40552, 40553]],
    ['db_busy', true, [3930, 3971, 3998, 41301, 41302, 41305, 41325, 41839]],
    ['db_connection_lost', true, [20, 64, 121, 233, 258, 596, 997, 4014]],
    ['db_connection_lost', true, [10053, 10054, 10060, 10061, 17197]],
    // Starting, moving, or a paused database of Azure SQL: nothing to look for in the settings.
    ['db_busy', false, [615, 904, 921, 922, 923, 926, 927, 942, 945, 952, 976, 978, 979, 982, 983]],
    ['db_busy', false, [3906, 3908, 4221, 6005, 17142, 18401]],
    ['db_busy', false, [40143, 40166, 40197, 40540, 40613, 42108, 42109]],
    ['db_full', false, [1101, 1105, 1827, 9002, 40544]],
    ['db_unique_violation', false, [2601, 2627]],
    ['db_constraint_violation', false, [515, 547, 220, 241, 242, 245, 8023, 8114, 8115, 8169]],
    ['db_value_too_long', false, [511, 1946, 2628, 8152]],
    ['db_error', false, [468, 650, 1934, 8134, 50000]],
  ] as const)('as %s (transient: %s): %j', (code, transient, numbers) => {
    for (const number of numbers) {
      const error = classified(withNumber(number));
      expect({ number, code: error.code, transient: error.transient }).toEqual({
        number,
        code,
        transient,
      });
      // Only an error that nobody knows is quoted: what is known has a sentence of its own.
      const isQuoted = error.message.includes(`Msg ${number},`);
      expect(isQuoted).toBe([468, 1934, 8134, 50000].includes(number));
    }
  });

  it('an unknown error is shown in the server’s own words, cut to a length that can be read', () => {
    expect(classified(withNumber(8134)).message).toBe(
      'The database reported an error. Msg 8134, Level 0, State 0: Meldung in einer anderen Sprache',
    );
    const endless = Object.assign(new Error('x'.repeat(10_000)), { number: 50_000 });
    expect(classified(endless).message.length).toBeLessThan(400);
    expect(classified(new Error('Unexpected token')).message).toContain('Unexpected token');
  });

  it('the first message of several that is known decides', () => {
    const both = new AggregateError([withNumber(547), withNumber(3621)]);
    expect(classified(both).code).toBe('db_constraint_violation');
  });

  it('whatever closes the connection has lost it', () => {
    expect(classified(Object.assign(withNumber(60_001), { class: 20 }))).toMatchObject({
      code: 'db_connection_lost',
      transient: true,
    });
  });

  it.each([
    [208, "Invalid object name 'openjson'.", 'compatibility level', 'COMPATIBILITY_LEVEL'],
    [650, 'You can only specify the READPAST lock …', 'isolation level', 'SNAPSHOT'],
    [1934, 'UPDATE failed because …', 'SET options', 'QUOTED_IDENTIFIER'],
    [40615, 'Cannot open server …', 'firewall', 'sp_set_firewall_rule'],
  ])('%i has a sentence and a remedy of its own', (number, text, sentence, remedy) => {
    const error = classified(Object.assign(new Error(text), { code: 'EREQUEST', number }));
    expect(error.message).toContain(sentence);
    expect(error.remedy).toContain(remedy);
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
