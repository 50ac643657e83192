import { describe, expect, it } from 'vitest';
import { createSignInThrottle } from './sign-in.ts';

const minute = 60_000;

function throttleAt(start = 0) {
  let time = start;
  const throttle = createSignInThrottle(() => time);
  return { throttle, pass: (ms: number) => (time += ms) };
}

describe('guessing passwords', () => {
  it('is stopped after five failures from one address, until the first is 15 minutes old', () => {
    const { throttle, pass } = throttleAt();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(throttle.waitMs('ada@example.org', '10.0.0.1')).toBe(0);
      throttle.recordFailure('ada@example.org', '10.0.0.1');
      pass(minute);
    }
    expect(throttle.waitMs('ada@example.org', '10.0.0.1')).toBe(10 * minute);
    pass(10 * minute);
    expect(throttle.waitMs('ada@example.org', '10.0.0.1')).toBe(0);
  });

  it('does not lock the account for its owner elsewhere', () => {
    const { throttle } = throttleAt();
    for (let attempt = 0; attempt < 5; attempt += 1) throttle.recordFailure('ada', 'attacker');
    expect(throttle.waitMs('ada', 'attacker')).toBeGreaterThan(0);
    expect(throttle.waitMs('ada', 'home')).toBe(0);
    expect(throttle.waitMs('bob', 'attacker')).toBe(0);
  });

  it('is stopped for an account when addresses keep changing', () => {
    const { throttle } = throttleAt();
    for (let attempt = 0; attempt < 30; attempt += 1) throttle.recordFailure('ada', `a${attempt}`);
    expect(throttle.waitMs('ada', 'fresh')).toBe(15 * minute);
  });

  it('is forgotten after a success', () => {
    const { throttle } = throttleAt();
    for (let attempt = 0; attempt < 4; attempt += 1) throttle.recordFailure('ada', 'home');
    throttle.recordSuccess('ada', 'home');
    throttle.recordFailure('ada', 'home');
    expect(throttle.waitMs('ada', 'home')).toBe(0);
  });

  it('forgets the longest untouched accounts first under a flood of invented ones', () => {
    const { throttle } = throttleAt();
    for (let attempt = 0; attempt < 5; attempt += 1) throttle.recordFailure('old', 'a');
    for (let name = 0; name < 10_000; name += 1) throttle.recordFailure(`invented-${name}`, 'a');
    expect(throttle.waitMs('old', 'a')).toBe(0);
  });
});
