import { describe, expect, test } from 'vitest';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { newId } from '#lib/ids.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { givenBlockedHost, passTime, useStore } from '#test/queue-database.ts';
import { listBlocks } from './block-history.ts';
import { blockByPerson, blockHost, clearBlock, endBlocks, endOfBlock } from './blocks.ts';

const host = 'site.example';
const actor: Actor = { userId: null, email: 'ana@example.org', role: 'operator' };
const viewer: Actor = { userId: newId(), email: 'view@example.org', role: 'viewer' };
const input = { host, reason: 'they asked us to', end: null } as const;

describe.each(contractEngines())('a host that a person blocks on $name', (engine) => {
  const given = useStore(engine);
  const read = () =>
    given.db.q
      .selectFrom('hosts')
      .select(['blocked_until', 'blocked_reason'])
      .where('host', '=', host)
      .executeTakeFirstOrThrow();

  test('is left alone until somebody clears the block, whatever it answers meanwhile', async () => {
    await givenBlockedHost(given.db, host, 1_000);
    await blockByPerson(given.db, actor, input);
    await given.db.transaction((tx) => blockHost(tx, host, 3_600_000, 'HTTP 429'));
    expect(await endBlocks(given.db)).toBe(0);
    const { blocked_until: until, blocked_reason: reason } = await read();
    expect(until).not.toBeNull();
    expect(endOfBlock(until)).toBeNull();
    expect(reason).toBe('ana@example.org: they asked us to');
    await clearBlock(given.db, systemActor('test'), host);
    expect(await read()).toEqual({ blocked_until: null, blocked_reason: null });
  });

  test('or until its end, and both stand in the audit log', async () => {
    await givenBlockedHost(given.db, host, 1_000);
    await blockByPerson(given.db, actor, { ...input, end: { minutes: 60 } });
    const left = Date.parse(endOfBlock((await read()).blocked_until) ?? '') - Date.now();
    expect(Math.abs(left - 3_600_000)).toBeLessThan(60_000);
    expect(
      await given.db.q.selectFrom('audit_log').select(['action', 'summary']).execute(),
    ).toEqual([{ action: 'host.block', summary: `Blocked ${host}: they asked us to` }]);
  });

  test('each block stands in the history: from when, until when, why, and who ended it', async () => {
    await givenBlockedHost(given.db, host, -1_000);
    const block = (ms: number, reason: string) =>
      given.db.transaction((tx) => blockHost(tx, host, ms, reason));
    await block(60_000, 'HTTP 429');
    // What was under way repeats it, and asks for more time.
    await block(1_000, 'HTTP 429');
    await block(120_000, 'HTTP 429');
    const [first, ...others] = await listBlocks(given.db, host);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ reason: 'HTTP 429', by: null, endedAt: null });
    const lasts = Date.parse(first?.until ?? '') - Date.parse(first?.from ?? '');
    expect(lasts).toBeGreaterThanOrEqual(120_000);
    await blockByPerson(given.db, actor, input);
    await clearBlock(given.db, systemActor('test'), host);
    expect(await listBlocks(given.db, host)).toMatchObject([
      { reason: input.reason, by: actor.email, until: null, endedBy: 'system:test' },
      { reason: 'HTTP 429', by: null, endedBy: actor.email },
    ]);
    // One that ends by itself has ended when it was to, however late that is seen.
    await block(60_000, 'HTTP 503');
    await passTime(given.db, 3_600_000);
    await given.db.q
      .updateTable('host_blocks')
      .set({ until: given.db.engine.nowPlus(-60_000) })
      .where('ended_at', 'is', null)
      .execute();
    expect(await endBlocks(given.db)).toBe(1);
    const [last] = await listBlocks(given.db, host);
    expect(last).toMatchObject({ reason: 'HTTP 503', endedBy: null });
    expect(last?.endedAt).toBe(last?.until);
  });

  test('must be known, and its end ahead; whoever only looks blocks nothing', async () => {
    await expect(blockByPerson(given.db, actor, input)).rejects.toMatchObject({
      code: 'not_found',
    });
    await givenBlockedHost(given.db, host, 1_000);
    const past = { ...input, end: { at: '2001-01-01T00:00:00Z' } };
    await expect(blockByPerson(given.db, actor, past)).rejects.toMatchObject({
      code: 'input_invalid',
    });
    await expect(blockByPerson(given.db, viewer, input)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
