import { describe, expect, it } from 'vitest';
import { changeOffers } from '#lib/items/changes/offers.ts';
import { itemChangeSchema } from '#lib/items/changes/registry.ts';
import { draftOf, firstChoices, labelOfMany } from './change-draft.ts';

const offer = (id: string) => {
  const found = changeOffers.find((one) => one.id === id);
  if (!found) throw new Error(`nothing is offered as ${id}`);
  return found;
};
const draft = (id: string, choices: Record<string, unknown> = {}) =>
  draftOf(offer(id), { ...firstChoices(offer(id)), ...choices });

describe('the change a person means', () => {
  it('is not there while a choice is missing', () => {
    expect(draft('set_priority')).toBeNull();
    expect(draft('set_priority', { priority: 2.5 })).toBeNull();
    expect(draft('move_to_run')).toBeNull();
    expect(draft('set_refetch', { plan: undefined })).toBeNull();
  });

  it('carries what was chosen', () => {
    expect(draft('recrawl')).toEqual({ action: 'recrawl' });
    expect(draft('set_priority', { priority: 0 })).toEqual({ action: 'set_priority', priority: 0 });
    expect(draft('set_refetch', { plan: { kind: 'every', everyS: 604_800 } })).toEqual({
      action: 'set_refetch',
      plan: { kind: 'every', everyS: 604_800 },
    });
    expect(draft('retire')).toEqual({ action: 'set_refetch', plan: { kind: 'retired' } });
  });

  it('is one that the server takes, whatever is offered', () => {
    const given = { priority: 5, runId: '019abcde-0000-7000-8000-000000000001' };
    for (const one of changeOffers) {
      const asked = Object.fromEntries(
        Object.entries(given).filter(([name]) => one.fields.some((field) => field.name === name)),
      );
      expect(itemChangeSchema.safeParse(draft(one.id, asked)).success, one.id).toBe(true);
    }
  });

  it('is named with how many it is about', () => {
    expect(labelOfMany(offer('recrawl'), '3 items')).toBe('Recrawl 3 items');
    expect(labelOfMany(offer('set_refetch'), '1 item')).toBe('Set fetch plan of 1 item');
    expect(labelOfMany(offer('move_to_run'), '3 items')).toBe('Move 3 items to a run');
    expect(labelOfMany(offer('unhold'), '3 items')).toBe('Take 3 items off hold');
  });
});
