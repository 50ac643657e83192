import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { harness, itemOf } from '#test/fetch-harness.ts';
import { getSeedWorkItems, test } from './index.ts';

const resource = (id: string) =>
  itemOf({ resourceType: 'resource', resourceId: id, requestUri: `test://sample/${id}` });

describe('the test source', () => {
  it('seeds its five fixed resources', () => {
    expect(
      getSeedWorkItems('mine').map(({ sourceName, resourceId }) => `${sourceName} ${resourceId}`),
    ).toEqual([
      'mine test_resource_001',
      'mine test_resource_002',
      'mine test_resource_003',
      'mine test_resource_004',
      'mine test_resource_005',
    ]);
  });

  it('answers the same every time: a film, a character, a vehicle, a concept, a planet', async () => {
    const source = harness(test, {});
    const types: unknown[] = [];
    for (const item of source.seed({})) {
      const first = await source.fetch(item);
      expect(await source.fetch(item)).toMatchObject({ kind: 'fetched' });
      types.push(first.kind === 'fetched' && (first.payload as JsonObject)['type']);
    }
    expect(types).toEqual(['film', 'character', 'vehicle', 'concept', 'planet']);
  });

  it.each(['test_resource_006', 'test_resource_0001', 'nothing'])('has no %s: 404', async (id) => {
    expect(await harness(test, {}).fetch(resource(id))).toMatchObject({
      kind: 'error',
      code: 'http_not_found',
      facts: { statusCode: 404 },
    });
  });

  it('answers 500 for configured ids', async () => {
    const source = harness(test, { fail_ids: ['test_resource_002'] });
    expect(await source.fetch(resource('test_resource_002'))).toMatchObject({
      code: 'http_server_error',
      facts: { statusCode: 500 },
    });
    expect(await source.fetch(resource('test_resource_001'))).toMatchObject({ kind: 'fetched' });
  });

  it('waits for its latency, and stops waiting when it is told to', async () => {
    const controller = new AbortController();
    const source = harness(test, { latency_ms: 600_000 }, { signal: controller.signal });
    const fetching = source.fetch(resource('test_resource_001'));
    controller.abort();
    await expect(fetching).rejects.toThrow(/abort/i);
  });

  it.each([5, 6, 40, 1234])(
    'reaches each of %i resources exactly once by discovery',
    async (resources) => {
      const source = harness(test, { resources });
      const queue = source.seed({});
      const seen: string[] = [];
      for (let item = queue.shift(); item; item = queue.shift()) {
        const outcome = await source.fetch(item);
        if (outcome.kind !== 'fetched') throw new Error(`${item.resourceId} was ${outcome.kind}`);
        seen.push(item.resourceId);
        queue.push(
          ...test.discover(item, outcome.payload, source.context).map((found) => itemOf(found)),
        );
      }
      expect(seen).toHaveLength(resources);
      expect(new Set(seen).size).toBe(resources);
    },
  );
});
