import { describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { aStoredItem } from '#test/worker/items.ts';
import { toWorkItems } from './discover-items.ts';
import { countingLeftOut } from './left-out.ts';
import { getSourceType } from './registry.ts';
import type { DiscoveredItem } from './source-type.ts';

const source = (maxDepth: number | null) => ({
  type: { ...getSourceType('test'), maxDepth: () => maxDepth },
  context: {
    sourceName: 'sample',
    settings: { rate_limit_delay: 0, timeout: 30, max_retries: 3 },
    secrets: {},
  },
});

const link = (resourceId: string, over: Partial<DiscoveredItem> = {}): DiscoveredItem => ({
  resourceType: 'resource',
  resourceId,
  requestUri: `test://${resourceId}`,
  ...over,
});

describe('what a payload links to', () => {
  it('becomes items of the same source and run, one hop deeper, with their parent', () => {
    const runId = newId();
    const parent = aStoredItem({ depth: 1, runId });
    const items = toWorkItems(parent, [link('a', { priority: 20 })], source(null));
    expect(items).toEqual([
      expect.objectContaining({
        sourceSystem: parent.sourceSystem,
        sourceName: parent.sourceName,
        resourceId: 'a',
        priority: 20,
        runId,
        discoveredFrom: parent.workItemId,
        depth: 2,
      }),
    ]);
  });

  it('is left out beyond the greatest depth, and counted', () => {
    const found = [link('a'), link('b')];
    const { leave, leftOut } = countingLeftOut();
    expect(toWorkItems(aStoredItem({ depth: 1 }), found, source(1), leave)).toEqual([]);
    expect(leftOut).toEqual({ too_deep: 2 });
    expect(toWorkItems(aStoredItem({ depth: 0 }), found, source(1))).toHaveLength(2);
    expect(toWorkItems(aStoredItem({ depth: 0 }), found, source(0))).toHaveLength(0);
  });

  it('stays at its depth when it is no link hop, as the next page of a list', () => {
    const parent = aStoredItem({ depth: 1 });
    const items = toWorkItems(parent, [link('next', { isHop: false })], source(1));
    expect(items).toMatchObject([{ resourceId: 'next', depth: 1 }]);
  });

  it('is taken once, and never the page itself', () => {
    const parent = aStoredItem({ resourceId: 'self' });
    const found = [link('a', { priority: 1 }), link('a', { priority: 2 }), link('self')];
    expect(toWorkItems(parent, found, source(null))).toMatchObject([
      { resourceId: 'a', priority: 1 },
    ]);
  });

  it('that can be no work item is left out without harm to the others', () => {
    const found = [link('x'.repeat(501)), link(' blank'), link('ok')];
    const { leave, leftOut } = countingLeftOut();
    const items = toWorkItems(aStoredItem(), found, source(null), leave);
    expect(items.map(({ resourceId }) => resourceId)).toEqual(['ok']);
    expect(leftOut).toEqual({ invalid: 2 });
  });
});
