import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { checkHealth } from '#lib/health/check-health.ts';
import { readPulse } from '#lib/metrics/pulse.ts';
import { givenAccount } from '#test/access/account.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { listenToDrivers } from '#test/tsql/drivers.ts';
import {
  actorOfSession,
  beginSession,
  endAllSessions,
  endOwnSession,
  listOwnSessions,
  rememberActivity,
  signOut,
} from './sessions.ts';

const origin = { address: '198.51.100.7', userAgent: 'Browser 1.0' };
const minute = 60_000;

let sent = 0;
const count = () => {
  sent += 1;
};
await listenToDrivers({ begun: count, ended: count, sent: count });

describe.each(contractEngines())('sessions on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let admin: Actor;
  let ada: Actor & { readonly userId: string };

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    admin = await givenAccount(db, 'root', 'admin');
    const account = await givenAccount(db, 'ada', 'viewer');
    ada = { ...account, userId: account.userId ?? '' };
  });
  afterAll(() => database.dispose());

  const begin = () => db.transaction((tx) => beginSession(tx, ada.userId, origin));
  /** As if the session had begun, and been seen last, so many minutes ago. */
  const age = async (token: string, begunMinutes: number, seenMinutes: number) => {
    const { sessionId } = (await actorOfSession(db, token)) ?? { sessionId: '' };
    await db.q
      .updateTable('sessions')
      .set({
        created_at: db.engine.nowPlus(-begunMinutes * minute),
        expires_at: db.engine.nowPlus((12 * 60 - begunMinutes) * minute),
        last_seen_at: db.engine.nowPlus(-seenMinutes * minute),
      })
      .where('session_id', '=', sessionId)
      .execute();
  };
  const isOpen = async (token: string) => (await actorOfSession(db, token)) !== null;

  it('are known by their token, which is stored nowhere', async () => {
    const token = await begin();
    expect(await actorOfSession(db, token)).toMatchObject({
      email: 'ada@example.org',
      role: 'viewer',
    });
    expect(await actorOfSession(db, `${token}x`)).toBeNull();
    const rows = await db.q.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(await listOwnSessions(db, ada.userId)).toEqual([
      expect.objectContaining({ address: '198.51.100.7', userAgent: 'Browser 1.0' }),
    ]);
  });

  it('end after an hour without the person, and after twelve in any case', async () => {
    const token = await begin();
    await age(token, 11 * 60 + 59, 59);
    expect(await isOpen(token)).toBe(true);
    await age(token, 100, 61);
    expect(await isOpen(token)).toBe(false);
    const used = await begin();
    await age(used, 12 * 60 + 1, 0);
    expect(await isOpen(used)).toBe(false);
  });

  it('go on while the person is there, which is written once a minute', async () => {
    const token = await begin();
    const visit = async () => {
      const actor = await actorOfSession(db, token);
      if (actor) await rememberActivity(db, actor);
    };
    await age(token, 60, 30);
    const before = sent;
    await visit();
    expect(sent - before).toBe(2);
    for (let visits = 0; visits < 3; visits += 1) await visit();
    expect(sent - before).toBe(5);
    expect((await actorOfSession(db, token))?.idleMs).toBeLessThan(minute);
  });

  it('end with the sign-out, whoever else holds the token, and only once', async () => {
    const token = await begin();
    const other = await begin();
    await signOut(db, token, '203.0.113.5');
    await signOut(db, token, '203.0.113.5');
    expect(await isOpen(token)).toBe(false);
    expect(await isOpen(other)).toBe(true);
    const entries = (await listAudit(db, { action: 'user.sign-out' })).rows;
    expect(entries).toEqual([
      expect.objectContaining({ actorEmail: 'ada@example.org', address: '203.0.113.5' }),
    ]);
  });

  it('are ended one by one by their owner, and by nobody else', async () => {
    const token = await begin();
    const sessionId = (await actorOfSession(db, token))?.sessionId ?? '';
    await expect(endOwnSession(db, admin, sessionId)).rejects.toMatchObject({ code: 'not_found' });
    expect(await isOpen(token)).toBe(true);
    await endOwnSession(db, ada, sessionId);
    expect(await isOpen(token)).toBe(false);
    await expect(endOwnSession(db, ada, sessionId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are ended all at once by their owner or an administrator', async () => {
    const eve = await givenAccount(db, 'eve', 'operator');
    for (const actor of [ada, admin]) {
      const tokens = [await begin(), await begin()];
      await expect(endAllSessions(db, eve, ada.userId)).rejects.toMatchObject({
        code: 'forbidden',
      });
      expect(await isOpen(tokens[0] ?? '')).toBe(true);
      expect(await endAllSessions(db, actor, ada.userId)).toBeGreaterThanOrEqual(2);
      expect(await listOwnSessions(db, ada.userId)).toEqual([]);
    }
  });

  it('are forgotten a month after, by the next sign-in', async () => {
    const token = await begin();
    await age(token, 31 * 24 * 60, 31 * 24 * 60);
    const old = async () =>
      (await db.q.selectFrom('sessions').select('session_id').execute()).length;
    const before = await old();
    await begin();
    expect(await old()).toBe(before);
  });

  it('cost one statement to check, and an idle page at most 40 a minute', async () => {
    const token = await begin();
    const ask = async () => {
      const actor = await actorOfSession(db, token);
      expect(sent).toBe(1);
      if (actor) await checkHealth(db);
      await readPulse(db);
    };
    sent = 0;
    await ask();
    sent = 0;
    await ask();
    const pollsPerMinute = 4;
    expect(sent).toBeGreaterThan(3);
    expect(sent * pollsPerMinute).toBeLessThanOrEqual(40);
  });
});
