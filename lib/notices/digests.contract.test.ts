import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { useStore } from '#test/queue-database.ts';
import { aReceiver, type Receiver } from '#test/receiver.ts';
import { addChannel, changeChannel, listChannels, listDeliveries } from './channels.ts';
import { deliverNotices } from './deliver.ts';
import { putNotice } from './outbox.ts';
import type { Severity } from './timing.ts';

const actor = systemActor('test');
const operator = { userId: 'u', email: 'o@example.org', role: 'operator' } as const;
const secretBox = createSecretBox([randomBytes(32)]);
const everyHour = { digest: { everyMinutes: 60 } };

describe.each(contractEngines())('channels that are told together on $name', (engine) => {
  const t = useStore(engine);
  let receiver: Receiver;
  const http = createHttpClient({ allow: ['127.0.0.0/8'], userAgent: 'test' });
  const outgoing = { http, secretBox, smtp: null, consoleOrigin: null };
  beforeAll(async () => {
    receiver = await aReceiver();
  });
  afterAll(async () => {
    await http.close();
    await receiver.close();
  });
  beforeEach(async () => {
    receiver.got.length = 0;
    receiver.answers.length = 0;
    await t.db.q.deleteFrom('notice_deliveries').execute();
    await t.db.q.deleteFrom('notice_channels').execute();
  });
  const aChannel = (timing: object) =>
    addChannel(
      t.db,
      actor,
      {
        name: 'Ops',
        kind: 'webhook',
        address: receiver.url,
        alerts: true,
        runEnds: false,
        timing,
      },
      outgoing,
    );
  const tell = (title: string, severity: Severity = 'warning') =>
    t.db.transaction((tx) =>
      putNotice(tx, {
        type: 'alert.opened',
        title,
        detail: 'It is.',
        severity,
        href: '/alerts',
        data: {},
      }),
    );
  const deliver = () => deliverNotices(t.db, outgoing);
  const isDue = () =>
    t.db.q
      .updateTable('notice_deliveries')
      .set({ held_until: t.db.engine.nowPlus(-1_000) })
      .where('held_until', 'is not', null)
      .execute();
  const unblock = () =>
    t.db.q.updateTable('notice_channels').set({ blocked_until: null }).execute();
  const told = () =>
    receiver.got.map(({ headers, body }) => ({
      id: headers['webhook-id'],
      ...(JSON.parse(body) as {
        type: string;
        data: { title: string; messages?: { data: { title: string } }[] };
      }),
    }));
  const titlesOf = (at: number) => told()[at]?.data.messages?.map(({ data }) => data.title);

  it('collects, and tells everything that waits in one message, in order', async () => {
    await aChannel(everyHour);
    await tell('first');
    await tell('second');
    expect(await deliver()).toBe(0);
    const waiting = await listDeliveries(t.db);
    expect(waiting.map(({ outcome }) => outcome)).toEqual(['held', 'held']);
    expect(new Set(waiting.map(({ heldUntil }) => heldUntil)).size).toBe(1);
    await isDue();
    await Promise.all([deliver(), deliver()]);
    expect(receiver.got).toHaveLength(1);
    expect(told()[0]?.type).toBe('digest');
    expect(titlesOf(0)).toEqual(['first', 'second']);
    expect((await listDeliveries(t.db)).map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'delivered',
    ]);
  });

  it('tells one that waits alone as what it is', async () => {
    await aChannel(everyHour);
    await tell('only');
    await isDue();
    await deliver();
    expect(told()).toMatchObject([{ type: 'alert.opened', data: { title: 'only' } }]);
  });

  it('sends the same again under the same id, whatever has come since', async () => {
    await aChannel(everyHour);
    await tell('first');
    await tell('second');
    await isDue();
    receiver.answers.push(0);
    await deliver();
    await tell('third');
    await isDue();
    await unblock();
    await deliver();
    expect(titlesOf(0)).toEqual(['first', 'second']);
    expect(titlesOf(1)).toEqual(['first', 'second']);
    const [one, again, later] = told();
    expect(again?.id).toBe(one?.id);
    expect(later).toMatchObject({ type: 'alert.opened', data: { title: 'third' } });
    expect(later?.id).not.toBe(one?.id);
  });

  it('lets through at once what is critical', async () => {
    await aChannel(everyHour);
    await tell('usual');
    await tell('on fire', 'critical');
    await deliver();
    expect(told()).toMatchObject([{ data: { title: 'on fire' } }]);
    expect((await listDeliveries(t.db)).map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'held',
    ]);
  });

  it('tells what is held when its times are changed, and keeps secret and address that were not entered', async () => {
    const { channelId, signingSecret } = await aChannel(everyHour);
    await tell('first');
    await tell('second');
    const change = (over: object, who: typeof actor = actor) =>
      changeChannel(
        t.db,
        who,
        {
          channelId,
          name: 'Ops at night',
          address: '',
          enabled: true,
          alerts: true,
          runEnds: true,
          newSecret: false,
          ...over,
        },
        outgoing,
      );
    const sealed = async () =>
      (await t.db.q.selectFrom('notice_channels').select('sealed').executeTakeFirstOrThrow())
        .sealed;
    const before = await sealed();
    expect(await change({})).toBeNull();
    expect(await sealed()).toBe(before);
    expect(await listChannels(t.db)).toMatchObject([
      { name: 'Ops at night', runEnds: true, timing: { digest: null } },
    ]);
    await deliver();
    expect(titlesOf(0)).toEqual(['first', 'second']);

    const fresh = await change({ newSecret: true });
    expect(fresh).toMatch(/^whsec_/);
    expect(fresh).not.toBe(signingSecret);
    expect(await change({ address: 'https://other.example/hook' })).toBeNull();
    expect(await listChannels(t.db)).toMatchObject([{ host: 'other.example' }]);
    const opened = secretBox.open(await sealed(), `channel:${channelId}`);
    expect(JSON.parse(opened)).toEqual({
      url: 'https://other.example/hook',
      signingSecret: fresh,
    });
    const audit = JSON.stringify(await t.db.q.selectFrom('audit_log').selectAll().execute());
    expect(audit).not.toContain(fresh);
    expect(audit).not.toContain('t0ken');
    await expect(change({ address: 'nonsense' })).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { address: expect.any(String) },
    });
    await expect(change({ timing: { digest: { everyMinutes: 0 } } })).rejects.toMatchObject({
      code: 'input_invalid',
    });
    await expect(change({ channelId: 'none' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(change({}, operator)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('sends nothing while it is off, and goes on in order when it is on again', async () => {
    const { channelId } = await aChannel({});
    await tell('first');
    const turn = (enabled: 0 | 1) =>
      t.db.q
        .updateTable('notice_channels')
        .set({ enabled })
        .where('channel_id', '=', channelId)
        .execute();
    await turn(0);
    expect(await deliver()).toBe(0);
    await tell('while it is off');
    await turn(1);
    await tell('second');
    await deliver();
    expect(told().map(({ data }) => data.title)).toEqual(['first', 'second']);
  });
});
