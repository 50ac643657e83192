/** Notices through real workers that are killed while they send, to a real receiver. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { aReceiver, type Receiver } from '#test/receiver.ts';
import { openSite, type Running, type Site, until } from '#test/worker/processes.ts';
import { addChannel } from './channels.ts';
import { putNotice } from './outbox.ts';
import { outgoingOf } from './send.ts';

const notices = 120;
const kills = 5;
const settings = { INGEST_EGRESS_ALLOW: '127.0.0.0/8' };

let site: Site;
let receivers: readonly [Receiver, Receiver];
beforeEach(async () => {
  site = await openSite();
  receivers = [await aReceiver(), await aReceiver()];
});
afterEach(async () => {
  await site.dispose();
  await Promise.all(receivers.map((receiver) => receiver.close()));
});

const worker = (): Running => site.start('commands/worker.ts', [], settings);
const db = () => site.runtime.db;

/** What a dead worker held is free a minute later: now. */
const leasesAreOver = () =>
  db()
    .q.updateTable('notice_channels')
    .set({ lease_until: db().engine.nowPlus(-1_000), blocked_until: null })
    .execute();

async function unsettled(): Promise<number> {
  const rows = await db()
    .q.selectFrom('notice_deliveries')
    .select('delivery_no')
    .where('settled_at', 'is', null)
    .execute();
  return rows.length;
}

it('tells each channel everything once and in order, by the ids of messages, whenever workers are killed', async () => {
  for (const [at, receiver] of receivers.entries()) {
    await addChannel(
      db(),
      systemActor('test'),
      {
        name: `channel ${at}`,
        kind: 'webhook',
        address: receiver.url,
        alerts: true,
        runEnds: false,
      },
      outgoingOf(site.runtime),
    );
  }
  for (let at = 0; at < notices; at += 1) {
    await db().transaction((tx) =>
      putNotice(tx, {
        type: 'alert.opened',
        title: `notice ${at}`,
        detail: 'It is.',
        severity: 'warning',
        href: '/alerts',
        data: { at },
      }),
    );
  }
  const [first, second] = receivers;
  const got = () => first.got.length + second.got.length;
  for (let kill = 0; kill < kills; kill += 1) {
    const before = got();
    const running = worker();
    await until('it sends', async () => got() > before + 3 || (await unsettled()) === 0);
    await sleep(Math.random() * 60);
    running.process.kill('SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
    await leasesAreOver();
  }
  const last = worker();
  await until('all is told', async () => (await unsettled()) === 0);
  last.process.kill('SIGTERM');
  await last.ended;

  for (const receiver of receivers) {
    const told = receiver.got.map(({ headers, body }) => ({
      id: headers['webhook-id'],
      at: (JSON.parse(body) as { data: { at: number } }).data.at,
    }));
    // Nothing overtakes: what comes again is what came last.
    expect(told.every(({ at }, place) => at - (told[place - 1]?.at ?? -1) <= 1)).toBe(true);
    expect(told.every(({ at }, place) => at >= (told[place - 1]?.at ?? 0))).toBe(true);
    const once = told.filter(({ id }, place) => told.findIndex((one) => one.id === id) === place);
    expect(once.map(({ at }) => at)).toEqual(Array.from({ length: notices }, (_, at) => at));
    // Of one kill one message may come again: the one whose answer nobody was left to note.
    expect(told.length - once.length).toBeLessThanOrEqual(kills);
  }
}, 180_000);
