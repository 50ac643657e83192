import { describe, expect, it } from 'vitest';
import { type WorkItemStatus, workItemStatuses } from '#lib/queue/model.ts';
import { offersFor } from './offers.ts';
import { refusalOf } from './registry.ts';

const standing = (status: WorkItemStatus, waitReason: string | null = null) => ({
  status,
  wait_reason: waitReason,
  priority: 0,
  run_id: null,
  refetch: null,
  refetch_every_s: null,
});
const actions = ['recrawl', 'retry', 'skip', 'hold', 'unhold'] as const;
const taken = (action: (typeof actions)[number]) =>
  workItemStatuses.filter((status) => refusalOf({ action }, standing(status)) === null);

describe('what a change takes', () => {
  it('is what its name promises', () => {
    expect(taken('recrawl')).toEqual(['completed', 'failed', 'skipped']);
    expect(taken('retry')).toEqual(['failed', 'skipped']);
    expect(taken('skip')).toEqual(['pending', 'failed']);
    expect(taken('hold')).toEqual(['pending']);
    expect(taken('unhold')).toEqual([]);
  });

  it('is never an item that is leased', () => {
    for (const action of actions) {
      expect(refusalOf({ action }, standing('in_progress'))).toBe('in_progress');
    }
  });

  it('is an item on hold too, unless it would be put on hold again', () => {
    for (const action of ['recrawl', 'retry', 'skip', 'unhold'] as const) {
      expect(refusalOf({ action }, standing('pending', 'on_hold'))).toBeNull();
    }
    expect(refusalOf({ action: 'hold' }, standing('pending', 'on_hold'))).toBe('on_hold');
  });
});

describe('the buttons of an item', () => {
  const offered = (status: WorkItemStatus, over: object = {}) =>
    offersFor({
      status,
      waitReason: null,
      priority: 0,
      runId: null,
      refetch: { kind: 'adaptive' },
      ...over,
    }).map(({ id }) => id);

  it('are what it takes and what asks for nothing', () => {
    expect(offered('failed')).toEqual(['recrawl', 'retry', 'skip']);
    expect(offered('pending')).toEqual(['skip', 'hold']);
    expect(offered('pending', { waitReason: 'on_hold' })).toEqual([
      'recrawl',
      'retry',
      'skip',
      'unhold',
    ]);
    expect(offered('in_progress')).toEqual([]);
  });

  it('send no retired item round', () => {
    expect(offered('failed', { refetch: { kind: 'retired' } })).toEqual(['skip']);
    expect(offered('completed', { refetch: { kind: 'retired' } })).toEqual([]);
  });
});
