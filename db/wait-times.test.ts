import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WaitTimes } from './wait-times.ts';

describe('the waits of the last minutes', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are none at first', () => {
    const waits = new WaitTimes();
    expect([waits.longestMs(), waits.p95Ms()]).toEqual([0, 0]);
  });

  it('are told by the longest and by what nineteen in twenty stayed below', () => {
    const waits = new WaitTimes();
    for (let ms = 100; ms >= 1; ms -= 1) waits.note(ms);
    expect([waits.longestMs(), waits.p95Ms()]).toEqual([100, 95]);
  });

  it('keep no more than the latest of a span, but its longest whatever came after', () => {
    const waits = new WaitTimes();
    waits.note(9_000);
    for (let n = 0; n < 10_000; n += 1) waits.note(2);
    expect([waits.longestMs(), waits.p95Ms()]).toEqual([9_000, 2]);
  });

  it('are forgotten a minute or two later', () => {
    const waits = new WaitTimes();
    waits.note(700);
    vi.advanceTimersByTime(70_000);
    expect([waits.longestMs(), waits.p95Ms()]).toEqual([700, 700]);
    waits.note(3);
    vi.advanceTimersByTime(70_000);
    expect([waits.longestMs(), waits.p95Ms()]).toEqual([3, 3]);
    vi.advanceTimersByTime(300_000);
    expect([waits.longestMs(), waits.p95Ms()]).toEqual([0, 0]);
  });
});
