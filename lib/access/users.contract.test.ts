import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type Actor, may, permissions } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { newId } from '#lib/ids.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { actorOfToken, createApiToken } from './api-tokens.ts';
import { ensureAdministrator } from './ensure-administrator.ts';
import { recordRefusal } from './record-refusal.ts';
import { actorOfSession } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { findByEmail } from './user-rows.ts';
import { changeOwnPassword, changeUser, createUser, listUsers, setUserPassword } from './users.ts';

const password = 'correct horse battery';

describe.each(contractEngines())('accounts on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let admin: Actor;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    const [first, second] = await Promise.all([
      ensureAdministrator(db, { email: 'Root@Example.org' }),
      ensureAdministrator(db, { email: 'root@example.org' }),
    ]);
    expect([first, second].filter((made) => made !== null)).toHaveLength(1);
    const row = await findByEmail(db, 'root@example.org');
    admin = { userId: row?.user_id ?? '', email: 'root@example.org', role: 'admin' };
  });
  afterAll(() => database.dispose());

  const enter = (email: string, given = password) =>
    signIn(db, { email, password: given, origin: { address: '::1', userAgent: null } });
  const summaries = async () => (await listAudit(db, {})).rows.map(({ summary }) => summary);

  it('begin with one administrator, made once', async () => {
    expect(await ensureAdministrator(db, { email: 'other@example.org' })).toBeNull();
    expect((await findByEmail(db, 'root@example.org'))?.must_change_password).toBe(1);
    expect((await listUsers(db)).map(({ email, role }) => [email, role])).toEqual([
      ['root@example.org', 'admin'],
    ]);
  });

  it('sign in whatever the case of the address, and only with the password', async () => {
    await createUser(db, admin, {
      email: 'ada@example.org',
      name: 'Ada',
      role: 'viewer',
      password,
    });
    const signedIn = await enter(' ADA@example.org ');
    expect(await actorOfSession(db, signedIn.token)).toMatchObject({ name: 'Ada', role: 'viewer' });
    for (const [email, given] of [
      ['ada@example.org', 'wrong'],
      ['nobody@example.org', password],
    ] as const) {
      await expect(enter(email, given)).rejects.toMatchObject({
        code: 'sign_in_failed',
        message: 'The e-mail address or the password is wrong.',
      });
    }
  });

  it('cannot be made twice for one address', async () => {
    const again = { email: 'ada@example.org', name: 'Ada 2', role: 'viewer', password } as const;
    await expect(createUser(db, admin, again)).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { email: expect.stringContaining('already') },
    });
  });

  it('have what is left out of their role at once, and none of it as administrators', async () => {
    const email = 'lim@example.org';
    const userId = await createUser(db, admin, { email, name: 'Lim', role: 'operator', password });
    const session = await enter(email);
    const change = { userId, name: 'Lim', role: 'operator', active: true } as const;
    const limits = { without: ['sources:delete' as const], sources: ['wiki'] };
    await changeUser(db, admin, { ...change, limits });
    expect(await actorOfSession(db, session.token)).toMatchObject({ limits });
    expect((await listUsers(db)).find((user) => user.userId === userId)).toMatchObject({ limits });
    // Not named, they stay.
    await changeUser(db, admin, { ...change, name: 'Lim L.' });
    expect(await actorOfSession(db, session.token)).toMatchObject({ limits });
    await expect(changeUser(db, admin, { ...change, role: 'admin', limits })).rejects.toMatchObject(
      { code: 'input_invalid', fields: { limits: expect.any(String) } },
    );
    await db.q.updateTable('users').set({ limits: '{"x' }).where('user_id', '=', userId).execute();
    const unreadable = await actorOfSession(db, session.token);
    expect(permissions.filter((one) => unreadable && may(unreadable, one))).toEqual([
      'console:view',
    ]);
    await changeUser(db, admin, { ...change, limits: null });
    expect(await actorOfSession(db, session.token)).toMatchObject({ limits: null });
  });

  it('lose their API tokens with a password that somebody else set', async () => {
    const email = 'tok@example.org';
    const userId = await createUser(db, admin, { email, name: 'Tok', role: 'operator', password });
    const owner: Actor = { userId, email, role: 'operator' };
    const wanted = { name: 'ci', permissions: ['console:view' as const], sources: null, days: 1 };
    const { token } = await createApiToken(db, owner, wanted);
    expect(await actorOfToken(db, token, null)).not.toBeNull();
    expect(await setUserPassword(db, admin, { userId, password: 'another passphrase' })).toEqual({
      tokensRevoked: 1,
    });
    expect(await actorOfToken(db, token, null)).toBeNull();
  });

  it('lose their sessions with another role, another password or the account', async () => {
    const userId = await createUser(db, admin, {
      email: 'eve@example.org',
      name: 'Eve',
      role: 'operator',
      password,
    });
    const before = await enter('eve@example.org');
    await changeUser(db, admin, { userId, name: 'Eve', role: 'viewer', active: true });
    expect(await actorOfSession(db, before.token)).toBeNull();

    const asViewer = await enter('eve@example.org');
    await setUserPassword(db, admin, { userId, password: 'another passphrase' });
    expect(await actorOfSession(db, asViewer.token)).toBeNull();

    const renewed = await enter('eve@example.org', 'another passphrase');
    await changeUser(db, admin, { userId, name: 'Eve', role: 'viewer', active: false });
    expect(await actorOfSession(db, renewed.token)).toBeNull();
    await expect(enter('eve@example.org', 'another passphrase')).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
  });

  it('keep their session with another name', async () => {
    const userId = (await findByEmail(db, 'ada@example.org'))?.user_id ?? '';
    const session = await enter('ada@example.org');
    await changeUser(db, admin, { userId, name: 'Ada L.', role: 'viewer', active: true });
    expect(await actorOfSession(db, session.token)).toMatchObject({ name: 'Ada L.' });
  });

  it('always include an active administrator', async () => {
    const userId = admin.userId ?? '';
    const demoted = { userId, name: 'Root', role: 'viewer', active: true } as const;
    const gone = { userId, name: 'Root', role: 'admin', active: false } as const;
    await expect(changeUser(db, admin, demoted)).rejects.toMatchObject({ code: 'conflict' });
    await expect(changeUser(db, admin, gone)).rejects.toMatchObject({ code: 'conflict' });
    expect((await findByEmail(db, admin.email))?.role).toBe('admin');
  });

  it('change their own password only when they know the present one', async () => {
    const row = await findByEmail(db, 'ada@example.org');
    const ada: Actor = { userId: row?.user_id ?? '', email: 'ada@example.org', role: 'viewer' };
    await expect(
      changeOwnPassword(db, ada, { current: 'wrong', password: 'a new passphrase' }),
    ).rejects.toMatchObject({ fields: { current: expect.any(String) } });
    await expect(
      changeOwnPassword(db, ada, { current: password, password: 'short' }),
    ).rejects.toMatchObject({ fields: { password: expect.stringContaining('12') } });
    await changeOwnPassword(db, ada, { current: password, password: 'a new passphrase' });
    await expect(enter('ada@example.org', 'a new passphrase')).resolves.toBeDefined();
  });

  it('change it once where two tabs change it at the same time, and neither keeps a session', async () => {
    const row = await findByEmail(db, 'ada@example.org');
    const ada: Actor = { userId: row?.user_id ?? '', email: 'ada@example.org', role: 'viewer' };
    const { token } = await enter('ada@example.org', 'a new passphrase');
    const words = ['one more set of words', 'yet another set of words'];
    const changes = await Promise.allSettled(
      words.map((wanted) =>
        changeOwnPassword(db, ada, { current: 'a new passphrase', password: wanted }),
      ),
    );
    const done = changes.flatMap(({ status }, at) => (status === 'fulfilled' ? [words[at]] : []));
    expect(done).toHaveLength(1);
    expect(await actorOfSession(db, token)).toBeNull();
    const [kept = ''] = done;
    await expect(enter('ada@example.org', kept)).resolves.toBeDefined();
    await changeOwnPassword(db, ada, { current: kept, password: 'a new passphrase' });
  });

  it('keep a password of their own for as long as they want', async () => {
    const row = await findByEmail(db, 'ada@example.org');
    const userId = row?.user_id ?? '';
    const longAgo = '2001-01-01T00:00:00.000Z';
    await db.q
      .updateTable('users')
      .set({ created_at: longAgo, updated_at: longAgo, last_sign_in_at: longAgo })
      .where('user_id', '=', userId)
      .execute();
    const { token } = await enter('ada@example.org', 'a new passphrase');
    expect(await actorOfSession(db, token)).toMatchObject({ userId, mustChangePassword: false });
  });

  it('that got their password from somebody else choose their own first', async () => {
    const userId = await createUser(db, admin, {
      email: 'new@example.org',
      name: 'New',
      role: 'viewer',
      password,
    });
    const mustChange = async (given?: string) => {
      const { token } = await enter('new@example.org', given);
      return (await actorOfSession(db, token))?.mustChangePassword;
    };
    const self: Actor = { userId, email: 'new@example.org', role: 'viewer' };
    expect(await mustChange()).toBe(true);
    await expect(
      changeOwnPassword(db, self, { current: password, password }),
    ).rejects.toMatchObject({ code: 'password_refused' });
    await changeOwnPassword(db, self, { current: password, password: 'one of my own making' });
    expect(await mustChange('one of my own making')).toBe(false);
    await setUserPassword(db, admin, { userId, password: 'given out by the office' });
    expect(await mustChange('given out by the office')).toBe(true);
  });

  it('are managed by administrators only, and a refusal records nothing', async () => {
    const operator: Actor = { userId: 'x', email: 'op@example.org', role: 'operator' };
    const count = (await summaries()).length;
    await expect(
      createUser(db, operator, { email: 'm@example.org', name: 'M', role: 'admin', password }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await findByEmail(db, 'm@example.org')).toBeUndefined();
    expect(await summaries()).toHaveLength(count);
  });

  it('that are refused something stand in the audit log, once a minute', async () => {
    // A person of this database alone: what is news is remembered by the process.
    const eve: Actor = {
      userId: newId(),
      email: 'eve@example.org',
      role: 'viewer',
      address: '::1',
    };
    const refused = 'You may not manage users';
    for (const nowMs of [0, 30_000, 59_999, 60_000]) await recordRefusal(db, eve, refused, nowMs);
    await recordRefusal(db, eve, 'You may not change settings', 1_000);
    const entries = (await listAudit(db, { action: 'access.refused' })).rows;
    expect(entries.map(({ summary, address }) => [summary, address])).toEqual([
      ['eve@example.org was refused: You may not change settings', '::1'],
      ['eve@example.org was refused: You may not manage users', '::1'],
      ['eve@example.org was refused: You may not manage users', '::1'],
    ]);
  });

  it('leave every change in the audit log, and no password', async () => {
    const entries = (await listAudit(db, {})).rows;
    expect(entries.map(({ summary }) => summary)).toEqual(
      expect.arrayContaining([
        'Created the first administrator root@example.org',
        'Created the account eve@example.org as operator',
        'Set a new password for eve@example.org',
        'ada@example.org signed in',
      ]),
    );
    expect(JSON.stringify(entries)).not.toMatch(/argon2|passphrase|correct horse/);
  });
});
