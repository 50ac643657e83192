import { describe, expect, it } from 'vitest';
import { workItemStatuses } from '#lib/work-items/model.ts';
import { itemActions, splitByAction } from './item-actions.ts';

const oneOfEach = workItemStatuses.map((status) => ({ status, waitReason: null }));
const affected = (action: (typeof itemActions)[number]) =>
  splitByAction(action, oneOfEach).affected.map((item) => item.status);

describe('what an action touches', () => {
  it('is what its name promises', () => {
    expect(affected('recrawl')).toEqual(['completed', 'failed', 'skipped']);
    expect(affected('retry')).toEqual(['failed', 'skipped']);
    expect(affected('skip')).toEqual(['pending', 'failed']);
  });

  it('is never an item that a worker holds', () => {
    for (const action of itemActions) {
      expect(splitByAction(action, [{ status: 'in_progress', waitReason: null }]).affected).toEqual(
        [],
      );
    }
  });

  it('is a pending item too when its run was stopped', () => {
    const held = { status: 'pending', waitReason: 'held' } as const;
    for (const action of itemActions) {
      expect(splitByAction(action, [held]).affected).toEqual([held]);
    }
  });
});
