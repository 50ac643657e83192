import { describe, expect, it } from 'vitest';
import { workItemStatuses } from '#lib/queue/model.ts';
import { itemActions, splitByAction } from './item-actions.ts';

const oneOfEach = workItemStatuses.map((status) => ({ status, waitReason: null }));
const affected = (action: (typeof itemActions)[number]) =>
  splitByAction(action, oneOfEach).affected.map((item) => item.status);

describe('what an action touches', () => {
  it('is what its name promises', () => {
    expect(affected('recrawl')).toEqual(['completed', 'failed', 'skipped']);
    expect(affected('retry')).toEqual(['failed', 'skipped']);
    expect(affected('skip')).toEqual(['pending', 'failed']);
    expect(affected('hold')).toEqual(['pending']);
    expect(affected('release')).toEqual([]);
  });

  it('is never an item that a worker holds', () => {
    for (const action of itemActions) {
      expect(splitByAction(action, [{ status: 'in_progress', waitReason: null }]).affected).toEqual(
        [],
      );
    }
  });

  it('is an item on hold too, unless it would be held again', () => {
    const held = { status: 'pending', waitReason: 'held' } as const;
    for (const action of ['recrawl', 'retry', 'skip', 'release'] as const) {
      expect(splitByAction(action, [held]).affected).toEqual([held]);
    }
    expect(splitByAction('hold', [held]).affected).toEqual([]);
  });
});
