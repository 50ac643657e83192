import { describe, expect, it } from 'vitest';
import { changeOf, changeOfMany } from './change-kinds.ts';

const none = { priority: Number.NaN, runId: '', plan: 'adaptive' };

describe('the change a person means', () => {
  it('is not there while a choice is missing', () => {
    expect(changeOf('set_priority', none)).toBeNull();
    expect(changeOf('set_priority', { ...none, priority: 2.5 })).toBeNull();
    expect(changeOf('move_to_run', none)).toBeNull();
    expect(changeOf('set_refetch', { ...none, plan: 'fortnight' })).toBeNull();
  });

  it('carries what was chosen', () => {
    expect(changeOf('recrawl', none)).toEqual({ action: 'recrawl' });
    expect(changeOf('set_priority', { ...none, priority: 0 })).toEqual({
      action: 'set_priority',
      priority: 0,
    });
    expect(changeOf('set_refetch', { ...none, plan: 'week' })).toEqual({
      action: 'set_refetch',
      plan: { kind: 'every', everyS: 604_800 },
    });
    expect(changeOf('retire', none)).toEqual({ action: 'set_refetch', plan: { kind: 'retired' } });
  });

  it('is named with how many it is about', () => {
    expect(changeOfMany('recrawl', '3 items')).toBe('Recrawl 3 items');
    expect(changeOfMany('set_refetch', '1 item')).toBe('Set fetch plan of 1 item');
    expect(changeOfMany('move_to_run', '3 items')).toBe('Move 3 items to a run');
  });
});
