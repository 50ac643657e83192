import { describe, expect, it } from 'vitest';
import { DatabaseError } from '#db/errors.ts';
import { createLogger } from '#lib/log.ts';
import {
  delayBefore,
  isDatabaseFault,
  isTransient,
  pause,
  retryTransient,
} from './retry-transient.ts';

const log = createLogger({ level: 'silent', name: 'test' });
const lost = () => new DatabaseError('db_connection_lost', 'gone', { remedy: 'wait' });

describe('a database fault', () => {
  it('passes when it is of the network or of contention', () => {
    expect(isTransient(lost())).toBe(true);
    expect(isTransient(new DatabaseError('db_error', 'odd', { remedy: '', transient: true }))).toBe(
      true,
    );
  });

  it.each(['db_login_failed', 'db_permission_denied', 'db_rcsi_off', 'db_error'] as const)(
    '%s is no item’s, though it takes a person to end it',
    (code) => {
      const error = new DatabaseError(code, 'x', { remedy: '' });
      expect([isDatabaseFault(error), isTransient(error)]).toEqual([true, false]);
    },
  );

  it.each(['db_unique_violation', 'db_constraint_violation', 'db_value_too_long'] as const)(
    '%s is the row’s',
    (code) => {
      expect(isDatabaseFault(new DatabaseError(code, 'x', { remedy: '' }))).toBe(false);
    },
  );

  it('stays when it is of the request', () => {
    expect(isTransient(new DatabaseError('db_value_too_long', 'x', { remedy: '' }))).toBe(false);
    expect(isTransient(new Error('other'))).toBe(false);
  });
});

describe('waiting for the database', () => {
  it('doubles up to 15 s, half of it by chance', () => {
    expect([0, 1, 2, 10, 1000].map((retry) => delayBefore(retry, () => 1))).toEqual([
      200, 400, 800, 15_000, 15_000,
    ]);
    expect(delayBefore(1, () => 0)).toBe(200);
  });

  it('ends with the answer when the fault has passed', async () => {
    let calls = 0;
    const answer = await retryTransient(
      async () => {
        calls += 1;
        if (calls < 3) throw lost();
        return calls;
      },
      { log, signal: new AbortController().signal, what: 'ask' },
    );
    expect(answer).toBe(3);
  });

  it('does not try again what cannot succeed', async () => {
    let calls = 0;
    const asked = retryTransient(
      async () => {
        calls += 1;
        throw new Error('wrong');
      },
      { log, signal: new AbortController().signal, what: 'ask' },
    );
    await expect(asked).rejects.toThrow('wrong');
    expect(calls).toBe(1);
  });

  it('lasts until the process tries the server again, for all who wait', async () => {
    const away = new DatabaseError('db_connection_refused', 'x', { remedy: '', retryInMs: 1 });
    const lines: unknown[] = [];
    let calls = 0;
    const answer = await retryTransient(
      async () => {
        calls += 1;
        // Alone it would wait longer with each retry: 20 of them for minutes.
        if (calls <= 20) throw away;
        return calls;
      },
      {
        log: Object.assign(createLogger({ level: 'silent', name: 'test' }), {
          warn: (...line: unknown[]) => lines.push(line),
        }),
        signal: new AbortController().signal,
        what: 'ask',
      },
    );
    expect(answer).toBe(21);
    // The process says it once; each who waits says nothing.
    expect(lines).toEqual([]);
  });

  it('of a start does not wait for a person', async () => {
    const refused = new DatabaseError('db_login_failed', 'refused', { remedy: 'correct it' });
    const asked = retryTransient(() => Promise.reject(refused), {
      log,
      signal: new AbortController().signal,
      what: 'reach the database',
      waitsFor: isTransient,
    });
    await expect(asked).rejects.toBe(refused);
  });

  it('gives up when it is told to', async () => {
    const abort = new AbortController();
    const asked = retryTransient(
      async () => {
        abort.abort();
        throw lost();
      },
      { log, signal: abort.signal, what: 'ask' },
    );
    await expect(asked).rejects.toMatchObject({ code: 'db_connection_lost' });
  });
});

describe('a pause', () => {
  it('ends early, without an error, when its signal is aborted', async () => {
    const abort = new AbortController();
    const paused = pause(60_000, abort.signal);
    abort.abort();
    await expect(paused).resolves.toBeUndefined();
  });
});
