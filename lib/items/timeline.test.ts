import { describe, expect, it } from 'vitest';
import { statusTimeline } from './timeline.ts';

const at = (second: number) => `2026-01-31T09:15:${String(second).padStart(2, '0')}.000Z`;
const item = { createdAt: at(0), updatedAt: at(0), claimedAt: null };
const attempt = (from: number, to: number, outcome: 'retry' | 'failed' | 'completed') => ({
  startedAt: at(from),
  finishedAt: at(to),
  outcome,
});

const told = (...given: Parameters<typeof statusTimeline>) =>
  statusTimeline(...given).map(({ status, from, until }) => [
    status,
    Number(from.slice(17, 19)),
    until === null ? null : Number(until.slice(17, 19)),
  ]);

describe('the timeline of an item', () => {
  it('begins when it was made, and ends with the present', () => {
    expect(told({ ...item, status: 'pending' }, [])).toEqual([['pending', 0, null]]);
  });

  it('tells each attempt, the waiting between them, and how it ended', () => {
    expect(
      told({ ...item, status: 'failed', updatedAt: at(9) }, [
        attempt(7, 9, 'failed'),
        attempt(2, 4, 'retry'),
      ]),
    ).toEqual([
      ['pending', 0, 2],
      ['in_progress', 2, 4],
      ['pending', 4, 7],
      ['in_progress', 7, 9],
      ['failed', 9, null],
    ]);
  });

  it('tells that it was put back', () => {
    expect(
      told({ ...item, status: 'pending', updatedAt: at(30) }, [attempt(2, 4, 'completed')]),
    ).toEqual([
      ['pending', 0, 2],
      ['in_progress', 2, 4],
      ['completed', 4, 30],
      ['pending', 30, null],
    ]);
  });

  it('tells that somebody works on it', () => {
    expect(
      told({ ...item, status: 'in_progress', updatedAt: at(6), claimedAt: at(5) }, [
        attempt(2, 4, 'retry'),
      ]),
    ).toEqual([
      ['pending', 0, 2],
      ['in_progress', 2, 4],
      ['pending', 4, 5],
      ['in_progress', 5, null],
    ]);
  });

  it('has no stretch without length: an item that is taken at once', () => {
    expect(told({ ...item, status: 'completed' }, [attempt(0, 3, 'completed')])).toEqual([
      ['in_progress', 0, 3],
      ['completed', 3, null],
    ]);
  });

  it('does not begin after its first attempt', () => {
    expect(
      told({ ...item, createdAt: at(8), status: 'completed' }, [attempt(2, 4, 'completed')]),
    ).toEqual([
      ['in_progress', 2, 4],
      ['completed', 4, null],
    ]);
  });
});
