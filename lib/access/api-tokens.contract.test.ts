import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Db } from '#db/engine.ts';
import { type Actor, permissions, systemActor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { givenAccount } from '#test/access/account.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { actorOfToken, createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts';
import { changeUser } from './users.ts';

const address = '198.51.100.9';

describe.each(contractEngines())('API tokens on $name', (engine) => {
  let database: ContractDatabase;
  let db: Db;
  let root: Actor;
  let ada: Actor;
  let made = 0;

  beforeAll(async () => {
    database = await engine.create();
    db = database.db;
    root = await givenAccount(db, 'root', 'admin');
    ada = await givenAccount(db, 'ada', 'operator');
  });
  afterAll(() => database.dispose());

  const make = (owner: Actor = ada, given: Partial<Parameters<typeof createApiToken>[2]> = {}) => {
    made += 1;
    return createApiToken(db, owner, {
      name: `nightly ${made}`,
      permissions: ['console:view', 'runs:change'],
      sources: null,
      days: 30,
      ...given,
    });
  };
  const isOpen = async (token: string) => (await actorOfToken(db, token, address)) !== null;
  const setAda = (change: { role?: 'viewer' | 'operator'; active?: boolean }) =>
    changeUser(db, systemActor('test'), {
      userId: ada.userId ?? '',
      name: 'ada',
      role: 'operator',
      active: true,
      ...change,
    });

  it('are known by what was shown once, of which only the hash is stored', async () => {
    const { token } = await make(ada, { sources: ['wiki'] });
    expect(await actorOfToken(db, token, address)).toMatchObject({
      email: ada.email,
      role: 'operator',
      token: { permissions: ['console:view', 'runs:change'], sources: ['wiki'] },
    });
    const stored = await db.q.selectFrom('api_tokens').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(token.slice(11));
    const audit = await listAudit(db, { action: 'api-token' });
    expect(JSON.stringify(audit.rows)).not.toContain(token.slice(11));
    expect(audit.rows.map(({ action }) => action)).toEqual(['api-token.use', 'api-token.create']);
    expect(audit.rows[1]).toMatchObject({ actorEmail: ada.email });
  });

  it.each(['', 'hlc_', `hlc_${'A'.repeat(43)}`, 'x'.repeat(100_000), "hlc_' or 1=1 --"])(
    'that nobody was given open nothing: %.20s',
    async (token) => {
      expect(await isOpen(token)).toBe(false);
    },
  );

  it('end when they are revoked', async () => {
    const { token, tokenId } = await make();
    await revokeApiToken(db, ada, tokenId);
    expect(await isOpen(token)).toBe(false);
    await expect(revokeApiToken(db, ada, tokenId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('end when their time is over', async () => {
    const { token, tokenId } = await make();
    await db.q
      .updateTable('api_tokens')
      .set({ expires_at: db.engine.nowPlus(-1) })
      .where('token_id', '=', tokenId)
      .execute();
    expect(await isOpen(token)).toBe(false);
  });

  it('follow their owner: refused while the account is not active, and never more than its role', async () => {
    const { token } = await make();
    await setAda({ active: false });
    expect(await isOpen(token)).toBe(false);
    await setAda({ role: 'viewer' });
    const actor = await actorOfToken(db, token, address);
    expect(actor?.token.permissions).toEqual(['console:view']);
    expect(() => requirePermission(actor ?? root, 'runs:change')).toThrow();
    await setAda({});
  });

  it('may do what they were made for, and not all that their owner may', async () => {
    const { token } = await make(root, { permissions: ['sources:test'] });
    const actor = await actorOfToken(db, token, address);
    if (!actor) throw new Error('the token is good');
    for (const permission of permissions) {
      const ask = () => requirePermission(actor, permission);
      if (permission === 'sources:test') ask();
      else expect(ask).toThrow(/This token may not/);
    }
  });

  it('are made with nothing that their owner may not do, and by no token', async () => {
    await expect(make(ada, { permissions: ['users:manage'] })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const { token, tokenId } = await make();
    const actor = (await actorOfToken(db, token, address)) ?? root;
    await expect(make(actor)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(revokeApiToken(db, actor, tokenId)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('keep their names apart', async () => {
    await make(ada, { name: 'export' });
    await expect(make(ada, { name: 'export' })).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { name: expect.stringContaining('export') },
    });
    await make(root, { name: 'export' });
  });

  it('are listed to their owner, and to who manages accounts', async () => {
    const { tokenId } = await make(root, { name: 'of root' });
    const seen = async (actor: Actor) => (await listApiTokens(db, actor)).map((one) => one.tokenId);
    expect(await seen(root)).toContain(tokenId);
    expect(await seen(ada)).not.toContain(tokenId);
    await expect(revokeApiToken(db, ada, tokenId)).rejects.toMatchObject({ code: 'not_found' });
    const { tokenId: ofAda } = await make();
    await revokeApiToken(db, root, ofAda);
    expect(await seen(root)).not.toContain(ofAda);
  });

  it('keep when and from where they were used, once a minute', async () => {
    const { token, tokenId } = await make();
    const use = async (from: string) => {
      await actorOfToken(db, token, from);
      const tokens = await listApiTokens(db, ada);
      return tokens.find((one) => one.tokenId === tokenId)?.lastUsedAddress;
    };
    expect(await use('192.0.2.1')).toBe('192.0.2.1');
    expect(await use('192.0.2.2')).toBe('192.0.2.1');
    await db.q
      .updateTable('api_tokens')
      .set({ last_used_at: db.engine.nowPlus(-61_000) })
      .where('token_id', '=', tokenId)
      .execute();
    expect(await use('192.0.2.3')).toBe('192.0.2.3');
    const { rows } = await listAudit(db, {
      action: 'api-token.use',
      targetId: tokenId,
      targetType: 'api-token',
    });
    expect(rows.map((row) => row.address)).toEqual(['192.0.2.3', '192.0.2.1']);
  });

  it('stand in the audit log beside the person they act for', async () => {
    const { token } = await make(ada, { name: 'from CI' });
    const actor = (await actorOfToken(db, token, address)) ?? root;
    await db.transaction((tx) =>
      recordAudit(tx, actor, { action: 'x.y', targetType: 'x', targetId: null, summary: 'x' }),
    );
    const { rows } = await listAudit(db, { action: 'x.y' });
    expect(rows[0]).toMatchObject({ actorEmail: `${ada.email} (token from CI)`, address });
  });
});
