import { describe, expect, test } from 'vitest';
import { databaseErrorCodes } from '#db/errors.ts';
import { networkErrors } from '#lib/egress/network-errors.ts';
import { attemptOutcomes, neverOfAnAttempt } from '#lib/errors/attempt-outcomes.ts';
import { type AppErrorCode, appErrorRemedies, type ErrorCode } from '#lib/errors/codes.ts';
import { wikiErrors } from '#lib/source-types/mediawiki/answer.ts';
import { statusOutcomes } from '#lib/source-types/web/refusals.ts';
import { backoffMs, maxRetryAfterMs, planRetry } from './retry-policy.ts';

const failed = (over: Partial<Parameters<typeof planRetry>[0]> = {}) => ({
  code: 'http_server_error' as const,
  attempt: 1,
  maxAttempts: 4,
  retryAfterMs: null,
  isUntriedLink: false,
  wasFetched: false,
  ...over,
});
const half = () => 0.5;

const allCodes: readonly ErrorCode[] = [
  // Object.keys forgets that these are the keys of the closed list.
  ...(Object.keys(appErrorRemedies) as AppErrorCode[]),
  ...databaseErrorCodes,
];
const decided = attemptOutcomes.map(([code, rule]) => ({ code: code as ErrorCode, ...rule }));

describe('the table of outcomes', () => {
  test('decides about every code there is, or says that no attempt ends so', () => {
    const codes = [...decided.map(({ code }) => code), ...neverOfAnAttempt];
    expect(codes.toSorted()).toEqual(allCodes.toSorted());
  });

  test('holds what every network error, status and API error is turned into', () => {
    const outcomes = [
      ...networkErrors.map(({ outcome }) => outcome),
      ...statusOutcomes.map(({ outcome }) => outcome),
      ...wikiErrors.map(({ outcome }) => outcome),
    ];
    const known = new Set<string>(decided.map(({ code }) => code));
    expect(outcomes.filter((outcome) => !known.has(outcome))).toEqual([]);
  });

  test.each(decided)('$code: $decision', (rule) => {
    const { code, decision, hostWaits, leastDelayMs } = rule;
    const first = planRetry(failed({ code }), () => 0.999_999);
    const told = planRetry(failed({ code, retryAfterMs: 90_000 }));
    const last = planRetry(failed({ code, attempt: 4 }));
    if (decision === 'give_up' || decision === 'skip') {
      for (const plan of [first, told, last]) {
        expect(plan).toEqual({ decision: { kind: decision }, blockHostMs: null });
      }
      return;
    }
    const delayMs = leastDelayMs || 2000;
    expect(first.decision).toEqual({ kind: 'retry', delayMs });
    expect(first.blockHostMs).toBe(hostWaits === 'always' ? delayMs : null);
    const toldMs = Math.max(90_000, leastDelayMs);
    expect(told.decision).toEqual({ kind: 'retry', delayMs: toldMs });
    expect(told.blockHostMs).toBe({ always: toldMs, when_told: 90_000, never: null }[hostWaits]);
    expect(last.decision).toEqual({ kind: 'give_up' });
  });

  test.each(decided)('$code of what was fetched before', ({ code, noResource }) => {
    const { kind } = planRetry(failed({ code, wasFetched: true })).decision;
    expect(kind).toBe(noResource ? 'missing' : planRetry(failed({ code })).decision.kind);
  });

  test.each(decided)('$code of a link that was never fetched', ({ code, noResource, decision }) => {
    const { kind } = planRetry(failed({ code, isUntriedLink: true })).decision;
    if (noResource) expect(kind).toBe('skip');
    else expect(kind).toBe(planRetry(failed({ code })).decision.kind);
    if (['leave', 'wait', 'postpone'].includes(decision)) expect(kind).toBe('retry');
  });
});

describe('what is retried', () => {
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

  test('Retry-After wins over backoff where it is longer, within a day', () => {
    const delay = (retryAfterMs: number, attempt = 1) =>
      planRetry(failed({ retryAfterMs, attempt, maxAttempts: 99 }), half).decision;
    expect(delay(90_000)).toEqual({ kind: 'retry', delayMs: 90_000 });
    expect(delay(10 * maxRetryAfterMs)).toEqual({ kind: 'retry', delayMs: maxRetryAfterMs });
    expect(delay(Number.POSITIVE_INFINITY)).toEqual({ kind: 'retry', delayMs: maxRetryAfterMs });
    expect(delay(1000, 6)).toEqual({ kind: 'retry', delayMs: 32_000 });
  });

  test.each([-5, 0, 1, Number.NaN, Number.NEGATIVE_INFINITY])(
    'Retry-After of %d ms makes no wait shorter',
    (retryAfterMs) => {
      for (const attempt of [1, 3, 30]) {
        const own = planRetry(failed({ attempt, maxAttempts: 99 }), half).decision;
        expect(
          planRetry(failed({ attempt, maxAttempts: 99, retryAfterMs }), half).decision,
        ).toEqual(own);
      }
    },
  );
});

describe('whom it makes wait', () => {
  test('a 429 delays the host, also when it names no time', () => {
    const plan = planRetry(failed({ code: 'http_rate_limited' }), half);
    expect(plan).toEqual({ decision: { kind: 'retry', delayMs: 1000 }, blockHostMs: 1000 });
  });

  test('a 503 delays the host when it names a time, else only the item', () => {
    expect(planRetry(failed({ retryAfterMs: 30_000 })).blockHostMs).toBe(30_000);
    expect(planRetry(failed()).blockHostMs).toBeNull();
    expect(planRetry(failed({ retryAfterMs: 0 })).blockHostMs).toBeNull();
    expect(planRetry(failed({ retryAfterMs: 1000, attempt: 3 }), half).blockHostMs).toBe(1000);
  });

  test('the host waits also when the item has used up its attempts', () => {
    const plan = planRetry(failed({ code: 'http_rate_limited', attempt: 4, retryAfterMs: 50_000 }));
    expect(plan).toEqual({ decision: { kind: 'give_up' }, blockHostMs: 50_000 });
  });

  test('a wall makes everybody wait, longer with each attempt, at most a day', () => {
    const waits = [1, 2, 3, 30].map(
      (attempt) => planRetry(failed({ code: 'blocked', attempt, maxAttempts: 99 })).blockHostMs,
    );
    expect(waits).toEqual([900_000, 1_800_000, 3_600_000, 86_400_000]);
  });

  test('a missing page says nothing about its host', () => {
    expect(planRetry(failed({ code: 'page_missing' })).blockHostMs).toBeNull();
  });
});
