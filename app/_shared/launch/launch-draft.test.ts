import { describe, expect, it } from 'vitest';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { draftOf, requestOf } from './launch-draft.ts';

const recrawl: LaunchRequest = {
  kind: 'recrawl',
  name: 'Nightly',
  sources: ['wiki'],
  staleDays: 7,
  resourceType: 'page',
  statuses: ['completed', 'failed'],
  workItemIds: ['a'],
  priority: 5,
  maxItems: 1000,
  maxDepth: 2,
};

describe('the form of a launch', () => {
  it('gives back every part of a request that nobody changed', () => {
    const seed: LaunchRequest = {
      kind: 'seed',
      sources: [],
      priority: 0,
      maxItems: 9,
      maxDepth: 0,
    };
    const retry: LaunchRequest = { kind: 'retry', sources: [], resourceType: 'page' };
    const bare: LaunchRequest = { kind: 'recrawl', sources: [] };
    const due: LaunchRequest = {
      kind: 'recrawl',
      sources: [],
      due: true,
      maxRequests: 500,
      maxMinutes: 90,
    };
    for (const request of [recrawl, seed, retry, bare, due]) {
      expect(requestOf(draftOf(request), request)).toEqual(request);
    }
  });

  it('leaves out what the chosen kind does not know, and what was emptied', () => {
    const draft = { ...draftOf(recrawl), kind: 'seed' as const, maxItems: Number.NaN };
    expect(requestOf(draft, recrawl)).toEqual({
      kind: 'seed',
      name: 'Nightly',
      sources: ['wiki'],
      priority: 5,
      maxDepth: 2,
    });
    expect(requestOf({ ...draftOf(recrawl), due: true }, recrawl)).toEqual({
      kind: 'recrawl',
      name: 'Nightly',
      sources: ['wiki'],
      due: true,
      priority: 5,
      maxItems: 1000,
      maxDepth: 2,
    });
    expect(requestOf({ ...draftOf(recrawl), resourceType: ' ' }, recrawl)).not.toHaveProperty(
      'resourceType',
    );
  });
});
