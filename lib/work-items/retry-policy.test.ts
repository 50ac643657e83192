import { describe, expect, test } from 'vitest';
import { backoffMs, maxRetryAfterMs, planRetry, retryClassOf } from './retry-policy.ts';

const failed = (over: Partial<Parameters<typeof planRetry>[0]> = {}) => ({
  code: 'http_server_error' as const,
  attempt: 1,
  maxAttempts: 4,
  retryAfterMs: null,
  isUntriedLink: false,
  ...over,
});
const half = () => 0.5;

describe('what is retried', () => {
  test.each([
    'egress_dns_failed',
    'egress_connect_failed',
    'egress_timeout',
    'http_rate_limited',
    'http_server_error',
    'api_busy',
    'payload_invalid',
    'lake_write_failed',
    'db_connection_lost',
    'internal',
  ] as const)('%s is retried', (code) => expect(retryClassOf(code)).toBe('retry'));

  test.each([
    'http_not_found',
    'http_gone',
    'http_unauthorized',
    'http_forbidden',
    'http_client_error',
    'page_missing',
    'title_invalid',
    'api_error',
    'blocked',
    'egress_address_refused',
    'egress_too_large',
    'source_removed',
    'usage',
  ] as const)('%s is final', (code) => expect(retryClassOf(code)).toBe('give_up'));

  test('what robots.txt forbids is skipped, not failed', () => {
    expect(planRetry(failed({ code: 'robots_disallowed' })).decision).toEqual({ kind: 'skip' });
  });

  test.each(['page_missing', 'title_invalid', 'http_not_found', 'http_gone'] as const)(
    'a link that was never fetched and ends in %s is skipped',
    (code) => {
      expect(planRetry(failed({ code, isUntriedLink: true })).decision).toEqual({ kind: 'skip' });
      expect(planRetry(failed({ code })).decision).toEqual({ kind: 'give_up' });
    },
  );

  test('a link whose host refuses us fails like any other item', () => {
    const refused = failed({ code: 'http_forbidden', isUntriedLink: true });
    expect(planRetry(refused).decision).toEqual({ kind: 'give_up' });
  });

  test('the last attempt gives up, whatever the code', () => {
    expect(planRetry(failed({ attempt: 3 })).decision.kind).toBe('retry');
    expect(planRetry(failed({ attempt: 4 })).decision).toEqual({ kind: 'give_up' });
    expect(planRetry(failed({ attempt: 9, retryAfterMs: 1000 })).decision).toEqual({
      kind: 'give_up',
    });
  });
});

describe('how long it waits', () => {
  test('the ceiling doubles with each attempt up to 15 minutes, and the whole interval is random', () => {
    const almostOne = () => 0.999_999;
    expect([1, 2, 3, 4].map((n) => backoffMs(n, almostOne))).toEqual([2000, 4000, 8000, 16_000]);
    expect(backoffMs(60, almostOne)).toBe(900_000 - 1);
    expect(backoffMs(3, half)).toBe(4000);
    expect(backoffMs(3, () => 0)).toBe(250);
  });

  test('Retry-After wins over backoff, within a day and never below nothing', () => {
    const delay = (retryAfterMs: number) => planRetry(failed({ retryAfterMs }), half).decision;
    expect(delay(90_000)).toEqual({ kind: 'retry', delayMs: 90_000 });
    expect(delay(-5)).toEqual({ kind: 'retry', delayMs: 0 });
    expect(delay(10 * maxRetryAfterMs)).toEqual({ kind: 'retry', delayMs: maxRetryAfterMs });
  });
});

describe('whom it makes wait', () => {
  test('a 429 delays the host, also when it names no time', () => {
    const plan = planRetry(failed({ code: 'http_rate_limited' }), half);
    expect(plan).toEqual({ decision: { kind: 'retry', delayMs: 1000 }, blockHostMs: 1000 });
  });

  test('a 503 delays the host when it names a time, else only the item', () => {
    expect(planRetry(failed({ retryAfterMs: 30_000 })).blockHostMs).toBe(30_000);
    expect(planRetry(failed()).blockHostMs).toBeNull();
  });

  test('the host waits also when the item has used up its attempts', () => {
    const plan = planRetry(failed({ code: 'http_rate_limited', attempt: 4, retryAfterMs: 5000 }));
    expect(plan).toEqual({ decision: { kind: 'give_up' }, blockHostMs: 5000 });
  });

  test('a missing page says nothing about its host', () => {
    expect(planRetry(failed({ code: 'page_missing' })).blockHostMs).toBeNull();
  });
});
