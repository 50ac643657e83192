import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import type { ProviderSettings } from '#lib/config/sign-in-settings.ts';
import { givenAccount } from '#test/access/account.ts';
import { claimsOf, providerOf } from '#test/access/provider.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { actorOfSession } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { signInWithProvider } from './sign-in-with-provider.ts';
import { findByEmail } from './user-rows.ts';
import { changeUser, createUser, listUsers } from './users.ts';

describe.each(contractEngines())('signing in with the provider on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let root: Actor;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    root = await givenAccount(db, 'root', 'admin');
  });
  afterAll(() => database.dispose());

  const origin = { address: '::1', userAgent: null };
  const enter = (
    name: string,
    claims: Readonly<Record<string, unknown>> = {},
    settings: Partial<ProviderSettings> = {},
    passwords = true,
  ) => {
    const signIn = { provider: providerOf(settings), passwords };
    return signInWithProvider(db, signIn, claimsOf(name, claims), origin);
  };
  const account = async (name: string) =>
    (await listUsers(db)).find(({ email }) => email === `${name}@example.org`);
  /** What was recorded of an account, oldest first. */
  const history = async (userId: string) =>
    (await listAudit(db, {})).rows
      .filter(({ targetId }) => targetId === userId)
      .map(({ action, actorEmail, summary }) => ({ action, by: actorEmail, summary }))
      .reverse();

  it('makes an account at the first time, with the role of the claim', async () => {
    const first = await enter('ada', { roles: ['ingest', 'staff'] });
    expect(await actorOfSession(db, first.token)).toMatchObject({
      userId: first.userId,
      email: 'ada@example.org',
      name: 'ada',
      role: 'operator',
    });
    expect(await account('ada')).toMatchObject({ hasPassword: false, isLinked: true });
    expect(await history(first.userId)).toEqual([
      {
        action: 'user.create',
        by: 'system:sign-in',
        summary: 'Created the account ada@example.org as operator, at its first sign-in with Acme',
      },
      {
        action: 'user.sign-in',
        by: 'ada@example.org',
        summary: 'ada@example.org signed in with Acme',
      },
    ]);
    const again = await enter('ada', { roles: ['ingest'], email: 'renamed@example.org' });
    expect(again.userId).toBe(first.userId);
    expect(again.token).not.toBe(first.token);
    expect((await account('ada'))?.lastSignInAt).not.toBeNull();
  });

  it('makes one account of two first sign-ins at the same time', async () => {
    const [one, two] = await Promise.all([
      enter('tam', { roles: ['staff'] }),
      enter('tam', { roles: ['staff'] }),
    ]);
    expect(one.userId).toBe(two.userId);
  });

  it('lets nobody in with a password who has none', async () => {
    for (const password of ['', 'null']) {
      await expect(
        signIn(db, { email: 'ada@example.org', password, origin }),
      ).rejects.toMatchObject({ code: 'sign_in_failed' });
    }
  });

  it('takes over another role at the next time, which ends the sessions of the first', async () => {
    const before = await enter('bob', { roles: ['platform'] });
    const after = await enter('bob', { roles: ['staff'] });
    expect(await actorOfSession(db, before.token)).toBeNull();
    expect(await actorOfSession(db, after.token)).toMatchObject({ role: 'viewer' });
    expect((await history(before.userId)).map(({ summary }) => summary)).toContain(
      'Made bob@example.org viewer, as Acme says',
    );
  });

  it('refuses people without a role, known or not, and writes that alone', async () => {
    const known = await enter('eve', { roles: ['staff'] });
    const recorded = (await history(known.userId)).length;
    for (const name of ['eve', 'mallory']) {
      await expect(enter(name, { roles: ['guests'] })).rejects.toMatchObject({
        code: 'provider_no_role',
      });
    }
    expect(await account('mallory')).toBeUndefined();
    expect((await history(known.userId)).slice(recorded)).toEqual([
      {
        action: 'user.sign-in-refused',
        by: 'system:sign-in',
        summary: 'An attempt to sign in as eve@example.org with Acme was refused, provider_no_role',
      },
    ]);
    await expect(enter('mallory', {}, { defaultRole: 'viewer' })).resolves.toBeDefined();
  });

  it('never takes the last administrator away', async () => {
    const { userId } = await enter('root', { roles: ['platform'] });
    expect(userId).toBe(root.userId);
    await enter('root', { roles: ['staff'] });
    expect(await account('root')).toMatchObject({ role: 'admin' });
    expect((await history(userId)).at(-1)?.summary).toContain('stays the last administrator');
  });

  it('counts no administrator who could not get in once passwords are off', async () => {
    const other = await givenAccount(db, 'local', 'admin');
    await enter('root', { roles: ['staff'] }, {}, false);
    expect(await account('root')).toMatchObject({ role: 'admin' });
    await enter('local', { roles: ['platform'] }, {}, false);
    await enter('root', { roles: ['staff'] }, {}, false);
    expect(await account('root')).toMatchObject({ role: 'viewer' });
    // The next tests have root do things again.
    await enter('root', { roles: ['platform'] });
    await changeUser(db, root, {
      userId: other.userId ?? '',
      name: 'local',
      role: 'viewer',
      active: false,
    });
  });

  it('links the account of a verified address, which keeps its password and its history', async () => {
    const cleo = await givenAccount(db, 'cleo', 'viewer');
    const linked = await enter('cleo', { roles: ['ingest'] });
    expect(linked.userId).toBe(cleo.userId);
    expect(await account('cleo')).toMatchObject({
      role: 'operator',
      hasPassword: true,
      isLinked: true,
    });
    expect((await history(linked.userId)).map(({ action }) => action)).toEqual([
      'user.create',
      'user.link',
      'user.change',
      'user.sign-in',
    ]);
  });

  it('links no account of an address that is not verified, unless the provider is trusted', async () => {
    const dan = await givenAccount(db, 'dan', 'viewer');
    const unverified = { email_verified: undefined, roles: ['platform'] };
    await expect(enter('dan', unverified)).rejects.toMatchObject({ code: 'provider_email_taken' });
    expect(await account('dan')).toMatchObject({ role: 'viewer', isLinked: false });
    const dans = (await account('dan'))?.userId ?? '';
    expect((await history(dans)).at(-1)?.summary).toBe(
      'An attempt to sign in as dan@example.org with Acme was refused, provider_email_taken',
    );
    const linked = await enter('dan', unverified, { trustsEmail: true });
    expect(linked.userId).toBe(dan.userId);
  });

  it('gives the account of one person to no other with the same address, until it is unlinked', async () => {
    const first = await enter('fay', { roles: ['staff'] });
    const successor = { sub: 'another-person', roles: ['staff'] };
    await expect(enter('fay', successor)).rejects.toMatchObject({ code: 'provider_email_taken' });
    const { userId } = first;
    await changeUser(db, root, {
      userId,
      name: 'Fay',
      role: 'viewer',
      active: true,
      isLinked: false,
    });
    expect(await actorOfSession(db, first.token)).toBeNull();
    expect((await enter('fay', successor)).userId).toBe(userId);
  });

  it('takes accounts along to another provider by their verified address', async () => {
    const { userId } = await enter('gus', { roles: ['staff'] });
    const issuer = 'https://new.example.org';
    const moved = await enter('gus', { iss: issuer, sub: '7', roles: ['staff'] }, { issuer });
    expect(moved.userId).toBe(userId);
    expect((await findByEmail(db, 'gus@example.org'))?.identity).toBe(`${issuer}|7`);
  });

  it('refuses a deactivated account, and links none', async () => {
    const { userId } = await enter('hal', { roles: ['staff'] });
    await changeUser(db, root, { userId: userId, name: 'Hal', role: 'viewer', active: false });
    await expect(enter('hal', { roles: ['platform'] })).rejects.toMatchObject({
      code: 'account_deactivated',
    });
    const ida = await givenAccount(db, 'ida', 'viewer');
    const off = { userId: ida.userId ?? '', name: 'Ida', role: 'viewer', active: false } as const;
    await changeUser(db, root, off);
    await expect(enter('ida', { roles: ['staff'] })).rejects.toMatchObject({
      code: 'account_deactivated',
    });
    expect(await account('ida')).toMatchObject({ isLinked: false });
  });

  it('needs an address for a new account', async () => {
    await expect(enter('jo', { email: undefined, roles: ['staff'] })).rejects.toMatchObject({
      code: 'provider_no_email',
    });
  });

  it('leaves roles to administrators where no value of the claim gives one', async () => {
    const settings = { roleValues: { admin: [], operator: [], viewer: [] } };
    const userId = await createUser(db, root, {
      email: 'kim@example.org',
      name: 'Kim',
      role: 'operator',
      password: null,
    });
    const session = await enter('kim', { roles: ['staff'] }, settings);
    expect(session.userId).toBe(userId);
    expect(await actorOfSession(db, session.token)).toMatchObject({ role: 'operator' });
    await expect(enter('lou', { roles: ['platform'] }, settings)).rejects.toMatchObject({
      code: 'provider_no_role',
    });
  });
});
