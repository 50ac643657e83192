import { describe, expect, test } from 'vitest';
import { latestEvents, listEvents } from '#lib/events/list-events.ts';
import { newId } from '#lib/ids.ts';
import { useRuns } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { ClaimEvents } from './claim-events.ts';

const second = 1_000;
const minute = 60 * second;

describe.each(contractEngines())('claims told on $name', (engine) => {
  const { given, launchSeed, claim } = useRuns(engine);

  const toldOf = async (runId: string) =>
    (await listEvents(given.db, { runId, kinds: ['item.claimed'] })).events;

  test('the first at once, with its item; what follows within ten seconds together', async () => {
    const { runId } = await launchSeed();
    const claims = new ClaimEvents('node-1:42:ab');
    const [first, ...others] = await claim(5);
    if (!first) throw new Error('too few items');
    claims.add([first], 0);
    await claims.recordDue(given.db, 0);
    expect(await toldOf(runId)).toMatchObject([
      {
        level: 'info',
        message: `${first.resourceType} ${first.resourceId}; by node-1:42:ab.`,
        workItemId: first.workItemId,
        sourceName: first.sourceName,
        workerId: 'node-1:42:ab',
        data: { count: 1, items: [first.workItemId] },
      },
    ]);

    claims.add(others.slice(0, 1), second);
    claims.add(others.slice(1), 2 * second);
    await claims.recordDue(given.db, 9 * second);
    expect(await toldOf(runId)).toHaveLength(1);
    await claims.recordDue(given.db, 10 * second);
    await claims.recordDue(given.db, 30 * second);
    const [, following, ...more] = await toldOf(runId);
    const names = others.slice(0, 3).map((item) => `${item.resourceType} ${item.resourceId}`);
    expect(following).toMatchObject({
      message: `${names.join(', ')}, 1 more; by node-1:42:ab.`,
      workItemId: null,
      data: { count: 4, items: others.map(({ workItemId }) => workItemId) },
    });
    expect(more).toEqual([]);
  });

  test('each run by itself, and the more seldom the longer it takes', async () => {
    await launchSeed();
    const [item] = await claim(1);
    if (!item) throw new Error('nothing could be claimed');
    const [one, two] = [
      { ...item, runId: newId() },
      { ...item, runId: newId() },
    ];
    const claims = new ClaimEvents('worker');
    claims.add([one, two], 0);
    await claims.recordDue(given.db, 0);
    expect(await toldOf(one.runId)).toHaveLength(1);
    expect(await toldOf(two.runId)).toHaveLength(1);

    const claimAndTell = (claimedAt: number, recordedAt: number) => {
      claims.add([one], claimedAt);
      return claims.recordDue(given.db, recordedAt);
    };
    await claimAndTell(100 * minute, 100 * minute);
    await claimAndTell(101 * minute, 101 * minute);
    expect(await toldOf(one.runId)).toHaveLength(2);
    await claims.recordDue(given.db, 103 * minute);
    expect(await toldOf(one.runId)).toHaveLength(3);
    expect(await toldOf(two.runId)).toHaveLength(1);

    await claimAndTell(3_000 * minute, 3_000 * minute);
    await claimAndTell(3_001 * minute, 3_004 * minute);
    expect(await toldOf(one.runId)).toHaveLength(4);
    await claims.recordDue(given.db, 3_005 * minute);
    expect(await toldOf(one.runId)).toHaveLength(5);
  });

  test('all that is left when the worker ends', async () => {
    const { runId } = await launchSeed();
    const claims = new ClaimEvents('worker');
    claims.add(await claim(2), 0);
    await claims.recordDue(given.db, 0);
    claims.add(await claim(2), second);
    await claims.recordAll(given.db, second);
    expect((await toldOf(runId)).map(({ data }) => data?.['count'])).toEqual([2, 2]);
    await claims.recordAll(given.db, 2 * second);
    expect(await toldOf(runId)).toHaveLength(2);
  });

  test('what a fault kept from being told comes with the next', async () => {
    const { runId } = await launchSeed();
    const claims = new ClaimEvents('worker');
    const away = await given.another();
    await away.db.close();
    claims.add(await claim(2), 0);
    await expect(claims.recordDue(away.db, 0)).rejects.toThrow();
    claims.add(await claim(1), second);
    await claims.recordDue(given.db, 10 * second);
    expect((await latestEvents(given.db, { runId })).events[0]).toMatchObject({
      kind: 'item.claimed',
      data: { count: 3 },
    });
  });
});
