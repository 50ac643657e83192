import { describe, expect, it } from 'vitest';
import { DatabaseError } from '#db/errors.ts';
import { createLogger } from './log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const destination = {
    write(line: string) {
      text += line;
    },
  };
  write(createLogger({ level: 'info', name: 'test', destination }));
  return text;
}

describe('the log', () => {
  it('never shows a value under a secret name, however it got there', () => {
    const text = logged((log) => {
      log.info({ password: 'hunter2', settings: { password: 'hunter2', api_key: 'hunter2' } }, 'a');
      log.info({ request: { headers: { authorization: 'hunter2', Cookie: 'hunter2' } } }, 'b');
      log.child({ token: 'hunter2' }).info('c');
    });
    expect(text).not.toContain('hunter2');
    expect(text.split('[redacted]')).toHaveLength(7);
  });

  it('tells an error with its code and causes, and none of the fields a driver hangs on it', () => {
    const driver = Object.assign(new Error('login failed'), {
      code: 'ELOGIN',
      config: { password: 'hunter2' },
    });
    const error = new DatabaseError('db_login_failed', 'The login was refused.', {
      remedy: 'x',
      cause: driver,
    });
    const text = logged((log) => log.error({ err: error }, 'no database'));
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({
      msg: 'no database',
      err: {
        code: 'db_login_failed',
        message: 'The login was refused.',
        cause: { code: 'ELOGIN' },
      },
    });
  });
});
