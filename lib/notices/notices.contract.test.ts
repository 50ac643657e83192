import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { aReceiver } from '#test/receiver.ts';
import { addChannel, deleteChannel, listChannels, listDeliveries } from './channels.ts';
import { deliverNotices, testChannel } from './deliver.ts';
import { putNotice } from './outbox.ts';

const actor = systemActor('test');
const operator = { userId: 'u', email: 'o@example.org', role: 'operator' } as const;
const secretBox = createSecretBox([randomBytes(32)]);

describe.each(contractEngines())('notices on $name', (engine) => {
  const t = useStore(engine);
  let receiver: Awaited<ReturnType<typeof aReceiver>>;
  const http = createHttpClient({ allow: ['127.0.0.0/8'], userAgent: 'test' });
  const guarded = createHttpClient({ allow: [], userAgent: 'test' });
  beforeAll(async () => {
    receiver = await aReceiver();
  });
  afterAll(async () => {
    await http.close();
    await guarded.close();
    await receiver.close();
  });
  beforeEach(async () => {
    receiver.got.length = 0;
    receiver.answers.length = 0;
    await t.db.q.deleteFrom('notice_deliveries').execute();
    await t.db.q.deleteFrom('notice_channels').execute();
  });
  const aChannel = (over: object = {}) =>
    addChannel(
      t.db,
      actor,
      {
        name: 'Ops',
        kind: 'webhook',
        address: receiver.url,
        alerts: true,
        runEnds: false,
        ...over,
      },
      { secretBox, smtp: null },
    );
  const notice = (title: string) => ({
    type: 'alert.opened' as const,
    title,
    detail: 'It <b>is</b> & stays.',
    severity: 'warning' as const,
    href: '/workers',
    data: { rule: 'no_worker' },
  });
  const tell = (...titles: string[]) =>
    t.db.transaction(async (tx) => {
      for (const title of titles) await putNotice(tx, notice(title));
    });
  const outgoing = { http, secretBox, smtp: null, consoleOrigin: 'https://ingest.example.org' };
  const deliver = (client = http) => deliverNotices(t.db, { ...outgoing, http: client });
  const titles = () =>
    receiver.got.map(({ body }) => (JSON.parse(body) as { data: { title: string } }).data.title);
  const unblock = () =>
    t.db.q.updateTable('notice_channels').set({ blocked_until: null }).execute();

  it('delivers each once, in order, signed as Standard Webhooks says, however many deliver', async () => {
    const { signingSecret } = await aChannel();
    await tell('first', 'second', 'third');
    await Promise.all([deliver(), deliver(), deliver()]);
    await deliver();
    expect(titles()).toEqual(['first', 'second', 'third']);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.got;
    const key = Buffer.from(signingSecret?.slice('whsec_'.length) ?? '', 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(JSON.parse(body)).toMatchObject({
      type: 'alert.opened',
      data: { rule: 'no_worker', url: 'https://ingest.example.org/workers' },
    });
    expect((await listDeliveries(t.db)).map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
  });

  it('tries again in order under the same id, also where only the answer was lost', async () => {
    await aChannel();
    await tell('first', 'second');
    receiver.answers.push(0, 503);
    expect(await deliver()).toBe(0);
    expect(await deliver()).toBe(0);
    expect(receiver.got).toHaveLength(1);
    await unblock();
    await deliver();
    expect((await listDeliveries(t.db)).at(-1)).toMatchObject({
      attempts: 2,
      lastAnswer: 'HTTP 503',
    });
    await unblock();
    await deliver();
    expect(titles()).toEqual(['first', 'first', 'first', 'second']);
    const ids = receiver.got.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
  });

  it('is taken over from a process that died in the middle, once its lease has run out', async () => {
    const { channelId } = await aChannel();
    await tell('only');
    const lease = (ms: number) =>
      t.db.q
        .updateTable('notice_channels')
        .set({ lease_id: 'of-the-dead', lease_until: t.db.engine.nowPlus(ms) })
        .where('channel_id', '=', channelId)
        .execute();
    await lease(30_000);
    expect(await deliver()).toBe(0);
    await lease(-1_000);
    expect(await deliver()).toBe(1);
    expect(titles()).toEqual(['only']);
  });

  it('gives up after twenty attempts, and goes on with what came after', async () => {
    await aChannel();
    await tell('first', 'second');
    await t.db.q
      .updateTable('notice_deliveries')
      .set({ attempts: 19 })
      .where('notice', 'like', '%first%')
      .execute();
    receiver.answers.push(500);
    await deliver();
    await unblock();
    await deliver();
    expect((await listDeliveries(t.db)).map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'given_up',
    ]);
  });

  it('never reaches a private address or follows a redirect, and keeps the address out of what it says', async () => {
    const { channelId } = await aChannel();
    await tell('first');
    await deliver(guarded);
    expect(receiver.got).toHaveLength(0);
    const [delivery] = await listDeliveries(t.db);
    expect(delivery).toMatchObject({ outcome: 'waiting', attempts: 1 });
    expect(delivery?.lastAnswer).toMatch(/^egress_/);
    expect(await testChannel(t.db, actor, channelId, { ...outgoing, http: guarded })).toMatchObject(
      {
        ok: false,
      },
    );
    receiver.answers.push(302);
    expect((await testChannel(t.db, actor, channelId, outgoing)).ok).toBe(false);
    expect(receiver.got).toHaveLength(1);
    const said = JSON.stringify([
      await listChannels(t.db),
      await listDeliveries(t.db),
      await t.db.q.selectFrom('audit_log').selectAll().execute(),
      await t.db.q.selectFrom('notice_channels').selectAll().execute(),
    ]);
    expect(said).not.toContain('t0ken');
  });

  it('sends no address with a token in it over the network in clear', async () => {
    await aChannel({ name: 'far', address: 'http://hooks.example/t0ken' });
    await tell('first');
    await deliver();
    expect(await listDeliveries(t.db)).toMatchObject([
      { outcome: 'waiting', attempts: 1, lastAnswer: 'insecure_transport' },
    ]);
  });

  it('writes for Slack and Teams so that a text of a source is no markup', async () => {
    await aChannel({ name: 'Slack', kind: 'slack' });
    await aChannel({ name: 'Teams', kind: 'teams' });
    await tell('A *title*');
    await deliver();
    const bodies = receiver.got.map(({ body }) => body).toSorted();
    expect(bodies.some((body) => body.includes('It &lt;b&gt;is&lt;/b&gt; &amp; stays.'))).toBe(
      true,
    );
    expect(
      bodies.some((body) => body.includes('AdaptiveCard') && body.includes('A \\\\*title\\\\*')),
    ).toBe(true);
  });

  it('tells a channel what it asked for, and nothing of what was rolled back', async () => {
    await aChannel({ alerts: false, runEnds: true });
    await tell('an alert');
    const failing = t.db.transaction(async (tx) => {
      await putNotice(tx, { ...notice('an end'), type: 'run.completed' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await listDeliveries(t.db)).toEqual([]);
    await t.db.transaction((tx) => putNotice(tx, { ...notice('an end'), type: 'run.completed' }));
    expect(await deliver()).toBe(1);
  });

  it('is set up by administrators, with an address of http and https alone', async () => {
    const refused = (over: object) => expect(aChannel(over)).rejects;
    for (const address of ['', 'file:///etc/passwd', 'nonsense', 'https://a:b@ops.example/']) {
      await refused({ address }).toMatchObject({
        code: 'input_invalid',
        fields: { address: expect.any(String) },
      });
    }
    await refused({ name: ' ' }).toMatchObject({ code: 'input_invalid' });
    await refused({ kind: 'email', address: 'a@example.org' }).toMatchObject({
      code: 'smtp_not_configured',
    });
    await refused({ kind: 'pager' }).toMatchObject({ code: 'input_invalid' });
    const { channelId } = await aChannel();
    await expect(deleteChannel(t.db, operator, channelId)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(testChannel(t.db, operator, channelId, outgoing)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await tell('waits');
    await deleteChannel(t.db, actor, channelId);
    expect(await listDeliveries(t.db)).toEqual([]);
    await expect(deleteChannel(t.db, actor, channelId)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
