import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type Actor, systemActor } from '#lib/actor/model.ts';
import { givenAccount } from '#test/access/account.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { actorOfToken, createApiToken, revokeApiToken } from './api-tokens.ts';
import { actorOfSession, beginSession, endAllSessions, signOut } from './sessions.ts';
import { isStillAllowed } from './still-allowed.ts';
import { changeOwnPassword, changeUser, setUserPassword } from './users.ts';

const origin = { address: '198.51.100.7', userAgent: null };
const password = 'a long enough password';

describe.each(contractEngines())('who reads on, on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let root: Actor;
  let made = 0;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    root = await givenAccount(db, 'root', 'admin');
  });
  afterAll(() => database.dispose());

  /** Somebody with a session and a token, as they began to read. */
  async function reading() {
    made += 1;
    const account = await givenAccount(db, `reader-${made}`, 'operator');
    const userId = account.userId ?? '';
    const session = await db.transaction((tx) => beginSession(tx, userId, origin));
    const { token } = await createApiToken(db, account, {
      name: 'reads',
      permissions: ['console:view'],
      sources: null,
      days: 1,
    });
    const [bySession, byToken] = [
      await actorOfSession(db, session),
      await actorOfToken(db, token, null),
    ];
    if (bySession === null || byToken === null) throw new Error('nobody is signed in');
    const change = { userId, name: 'Reader', role: 'operator', active: true } as const;
    return { account, userId, session, bySession, byToken, change };
  }
  type Reading = Awaited<ReturnType<typeof reading>>;
  const both = async ({ bySession, byToken }: Reading) => [
    await isStillAllowed(db, bySession),
    await isStillAllowed(db, byToken),
  ];

  it('goes on while nothing changes, and though the person does nothing', async () => {
    const one = await reading();
    expect(await both(one)).toEqual([true, true]);
    await db.q
      .updateTable('sessions')
      .set({ last_seen_at: db.engine.nowPlus(-3 * 3_600_000) })
      .where('session_id', '=', one.bySession.sessionId)
      .execute();
    expect(await both(one)).toEqual([true, true]);
    expect(await isStillAllowed(db, systemActor('holocron'))).toBe(true);
  });

  it.each<[string, (one: Reading) => Promise<unknown>, [session: boolean, token: boolean]]>([
    ['signed out', ({ session }) => signOut(db, session, null), [false, true]],
    ['end all sessions', ({ userId }) => endAllSessions(db, root, userId), [false, true]],
    [
      'changed the password',
      ({ account }) =>
        changeOwnPassword(db, account, { current: password, password: 'four other words here' }),
      [false, true],
    ],
    [
      'got another password',
      ({ userId }) => setUserPassword(db, root, { userId, password: 'given out by the office' }),
      [false, false],
    ],
    [
      'revoked',
      ({ account, byToken }) => revokeApiToken(db, account, byToken.token?.id ?? ''),
      [true, false],
    ],
    [
      'another role',
      ({ change }) => changeUser(db, root, { ...change, role: 'viewer' }),
      [false, false],
    ],
    [
      'deactivated',
      ({ change }) => changeUser(db, root, { ...change, active: false }),
      [false, false],
    ],
    [
      'limited to a source',
      ({ change }) =>
        changeUser(db, root, { ...change, limits: { without: [], sources: ['wiki'] } }),
      [false, false],
    ],
    [
      'less of the role',
      ({ change }) =>
        changeUser(db, root, { ...change, limits: { without: ['records:read'], sources: null } }),
      [false, false],
    ],
    [
      'the time is over',
      async ({ bySession, byToken }) => {
        const over = { expires_at: db.engine.nowPlus(-1) };
        await db.q
          .updateTable('sessions')
          .set(over)
          .where('session_id', '=', bySession.sessionId)
          .execute();
        await db.q
          .updateTable('api_tokens')
          .set(over)
          .where('token_id', '=', byToken.token?.id ?? '')
          .execute();
      },
      [false, false],
    ],
  ])('stops: %s', async (_, happens, allowed) => {
    const one = await reading();
    await happens(one);
    expect(await both(one)).toEqual(allowed);
  });
});
