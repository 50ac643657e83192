import { describe, expect, test } from 'vitest';
import { contractEngines } from '#test/db/contract-engines.ts';
import { anAttempt, aRecord, aWorkItem, noValidators } from '#test/factories.ts';
import { passTime, useStore } from '#test/queue-database.ts';
import type { ClaimedItem, CompletionInput, FailureInput } from '../model.ts';

describe.each(contractEngines())(
  'reporting an attempt whose commit got no answer, on $name',
  (engine) => {
    const given = useStore(engine);

    const claimed = async (): Promise<ClaimedItem> => {
      await given.store.enqueue(aWorkItem());
      const [item] = await given.store.dequeue(1);
      if (!item) throw new Error('nothing to claim');
      return item;
    };
    const fenceOf = ({ workItemId, leaseId }: ClaimedItem) => ({ workItemId, leaseId });
    const completion = (item: ClaimedItem): CompletionInput => ({
      fence: fenceOf(item),
      attempt: anAttempt(),
      record: aRecord(),
      validators: noValidators,
      discovered: [aWorkItem({ resourceId: 'found', depth: 1 })],
    });
    const failure = (item: ClaimedItem, kind: 'retry' | 'give_up' | 'skip'): FailureInput => ({
      fence: fenceOf(item),
      attempt: anAttempt(),
      errorCode: 'http_server_error',
      errorMessage: 'The server had a fault.',
      decision: kind === 'retry' ? { kind, delayMs: 60_000 } : { kind },
    });

    test('a completion that was stored is recognised, and stored once', async () => {
      const input = completion(await claimed());
      const first = await given.store.complete(input);
      expect(first).toEqual({ ok: true, discovered: 1, unchanged: false });
      expect(await given.store.complete(input)).toEqual(first);
      expect(await given.count('IngestRecords')).toBe(1);
      expect(await given.count('work_item_attempts')).toBe(1);
    });

    test('so is one that shares its transaction with others', async () => {
      const known = completion(await claimed());
      await given.store.complete(known);
      const next = { ...completion(await claimed()), discovered: [] };
      const settled = await given.store.completeMany([known, next]);
      expect(settled.map((one) => one.status === 'fulfilled' && one.value.ok)).toEqual([
        true,
        true,
      ]);
      expect(await given.count('IngestRecords')).toBe(2);
    });

    test.each(['retry', 'give_up', 'skip'] as const)(
      'a failure (%s) that was stored is recognised, and counted once',
      async (kind) => {
        const input = failure(await claimed(), kind);
        const first = await given.store.fail(input);
        expect(first.ok).toBe(true);
        expect(await given.store.fail(input)).toEqual(first);
        expect(await given.count('work_item_attempts')).toBe(1);
      },
    );

    test('another attempt on a lost lease is still refused', async () => {
      const item = await claimed();
      await passTime(given.db, 120_000);
      await given.store.rescueExpired();
      const refused = { ok: false, code: 'lease_lost' };
      expect(await given.store.complete(completion(item))).toEqual(refused);
      expect(await given.store.fail(failure(item, 'retry'))).toEqual(refused);
    });

    test('a failure is no answer to a completion, nor the other way round', async () => {
      const item = await claimed();
      const attempt = anAttempt();
      await given.store.fail({ ...failure(item, 'give_up'), attempt });
      expect(await given.store.complete({ ...completion(item), attempt })).toMatchObject({
        ok: false,
      });
    });
  },
);
