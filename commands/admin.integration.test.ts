import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureAdministrator } from '#lib/access/ensure-administrator.ts';
import { actorOfSession } from '#lib/access/sessions.ts';
import { signIn } from '#lib/access/sign-in.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { givenAccount } from '#test/access/account.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

const password = 'a password that gets lost';
const origin = { address: null, userAgent: null };

describe('pnpm admin', () => {
  let site: Site;
  beforeEach(async () => {
    site = await openSite();
    await ensureAdministrator(site.runtime.db, { email: 'root@example.org', password });
  });
  afterEach(() => site.dispose());

  const admin = (...args: string[]) => site.run('commands/admin.ts', args);
  const enter = (email: string, given: string) =>
    signIn(site.runtime.db, { email, password: given, origin });

  it('gives an administrator who lost the password another, for one sign-in', async () => {
    const { db } = site.runtime;
    const before = await enter('root@example.org', password);
    const reset = await admin('reset-password', 'Root@example.org', '--json');
    expect(reset).toMatchObject({ code: 0 });
    const printed: { password: string } = JSON.parse(reset.stdout);
    expect(await actorOfSession(db, before.token)).toBeNull();
    await expect(enter('root@example.org', password)).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
    const { token } = await enter('root@example.org', printed.password);
    expect(await actorOfSession(db, token)).toMatchObject({ mustChangePassword: true });
    const entries = (await listAudit(db, { action: 'user.set-password' })).rows;
    expect(entries).toEqual([expect.objectContaining({ actorEmail: 'system:admin' })]);
    expect(JSON.stringify(entries)).not.toContain(printed.password);
  });

  it('lists accounts, and makes one an active administrator', async () => {
    await givenAccount(site.runtime.db, 'ada', 'viewer');
    const listed = await admin('list');
    expect(listed.stdout).toMatch(
      /ada@example\.org {2}ada {2}viewer {2}password {2}last sign-in never/,
    );
    expect(listed.stdout).not.toMatch(/argon2/);
    const before = await enter('ada@example.org', 'a long enough password');
    expect((await admin('grant', 'ada@example.org', 'admin')).code).toBe(0);
    expect(await actorOfSession(site.runtime.db, before.token)).toBeNull();
    const { token } = await enter('ada@example.org', 'a long enough password');
    expect(await actorOfSession(site.runtime.db, token)).toMatchObject({ role: 'admin' });
  });

  it.each([
    ['an account there is not', ['reset-password', 'nobody@example.org'], 'not_found'],
    ['a role there is not', ['grant', 'root@example.org', 'king'], 'usage'],
    ['the last administrator', ['grant', 'root@example.org', 'viewer'], 'conflict'],
    ['no account', ['grant'], 'usage'],
  ])('refuses %s with a code and a remedy', async (_, args, code) => {
    const refused = await admin(...args);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(new RegExp(`✗ ${code}: .+\\n +→ .+`));
  });
});
