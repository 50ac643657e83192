import { describe, expect, test } from 'vitest';
import {
  afterEnd,
  afterStep,
  endReasons,
  type RunLife,
  type RunPhase,
  runPhases,
  runSteps,
} from './lifecycle.ts';

const statuses = ['running', 'completed', 'failed', 'cancelled'] as const;

const life = (status: RunLife['status'], phase: RunPhase, isPaused: boolean): RunLife => ({
  status,
  phase,
  isPaused,
  endReason: null,
});
const lives = statuses.flatMap((status) =>
  runPhases.flatMap((phase) => [life(status, phase, false), life(status, phase, true)]),
);
const shown = ({ status, phase, isPaused }: RunLife) =>
  `${status} ${phase}${isPaused ? ' paused' : ''}`;

describe('the life of a run', () => {
  test('takes exactly these steps', () => {
    const allowed = runSteps.flatMap((step) =>
      lives.flatMap((before) => {
        const after = afterStep(before, step);
        return after === null ? [] : [`${step}: ${shown(before)} → ${shown(after)}`];
      }),
    );
    expect(allowed).toEqual([
      'prepared: running preparing → running ready',
      'prepared: running preparing paused → running ready paused',
      'paused: running preparing → running preparing paused',
      'paused: running ready → running ready paused',
      'paused: running ending → running ending paused',
      'resumed: running preparing paused → running preparing',
      'resumed: running ready paused → running ready',
      'resumed: running ending paused → running ending',
      'emptied: completed ending → completed ready',
      'emptied: completed ending paused → completed ready paused',
      'emptied: failed ending → failed ready',
      'emptied: failed ending paused → failed ready paused',
      'emptied: cancelled ending → cancelled ready',
      'emptied: cancelled ending paused → cancelled ready paused',
    ]);
  });

  test('ends once, for each reason with its status', () => {
    const ends = endReasons.map((reason) => {
      const after = afterEnd(life('running', 'ready', true), reason, false);
      return `${after?.endReason}: ${after ? shown(after) : 'no'}`;
    });
    expect(ends).toEqual([
      'finished: completed ready',
      'stopped: completed ready',
      'cancelled: cancelled ready',
      'budget: completed ready',
      'request_budget: completed ready',
      'time_budget: completed ready',
      'error: failed ready',
    ]);
    for (const reason of endReasons) {
      for (const ended of lives.filter(({ status }) => status !== 'running')) {
        for (const hasQueue of [true, false]) expect(afterEnd(ended, reason, hasQueue)).toBeNull();
      }
    }
  });

  test('has its queue emptied when it ends before its work is done', () => {
    for (const reason of [
      'stopped',
      'cancelled',
      'request_budget',
      'time_budget',
      'error',
    ] as const) {
      for (const phase of runPhases) {
        expect(afterEnd(life('running', phase, false), reason, true)?.phase).toBe('ending');
        expect(afterEnd(life('running', phase, false), reason, false)?.phase).toBe('ready');
      }
    }
  });

  test('is not done while items are queued or still being put in', () => {
    for (const reason of ['finished', 'budget'] as const) {
      expect(afterEnd(life('running', 'ready', false), reason, true)).toBeNull();
      expect(afterEnd(life('running', 'preparing', false), reason, false)).toBeNull();
      expect(afterEnd(life('running', 'ending', false), reason, false)).toBeNull();
    }
  });
});
