import { describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { evaluateAlerts } from '#lib/alerts/evaluate.ts';
import { acknowledgeAlert, listAlerts } from '#lib/alerts/list-alerts.ts';
import { recordEvents } from '#lib/events/record-events.ts';
import { clearBlock } from '#lib/hosts/blocks.ts';
import { recordHostResponse } from '#lib/hosts/record-response.ts';
import { newId } from '#lib/ids.ts';
import { openQuarantine } from '#lib/quarantine/open.ts';
import { parseWorkerFacts } from '#lib/workers/model.ts';
import { heartbeat, registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { useStore } from '#test/queue-database.ts';
import { readPulse } from './pulse.ts';

const actor = systemActor('test');

describe.each(contractEngines())('the pulse on $name', (engine) => {
  const t = useStore(engine);
  const stamp = async () => (await readPulse(t.db)).stamp;
  const facts = parseWorkerFacts(null);
  const figures = { inFlight: 0, itemsCompleted: 0, itemsFailed: 0, facts };
  const lowDisk = { what: 'the database', freeBytes: 1, pauseBelowBytes: 2 };

  // In this order: an alert that is acknowledged has been opened.
  const happenings: Readonly<Record<string, () => Promise<unknown>>> = {
    'items are enqueued': () => t.store.enqueue(aWorkItem()),
    'an alert is opened': () => evaluateAlerts(t.db),
    'somebody acknowledges it': async () => {
      const [alert] = await listAlerts(t.db, 'open');
      if (!alert) throw new Error('there was to be an alert of no worker');
      await acknowledgeAlert(t.db, actor, alert.alertId);
    },
    'a worker starts': () =>
      registerWorker(t.db, {
        workerId: 'w',
        hostName: 'a',
        pid: 1,
        version: '1',
        concurrency: 1,
      }),
    'its disk is nearly full': () =>
      heartbeat(t.db, 'w', { ...figures, facts: { ...facts, lowDisk } }),
    'there is room again': () => heartbeat(t.db, 'w', figures),
    'it falls silent, and nobody has recorded it yet': () =>
      t.db.q
        .updateTable('workers')
        .set({ heartbeat_at: t.db.engine.nowPlus(-3_600_000) })
        .execute(),
    'a host asks for a pause': () =>
      t.db.transaction(async (tx) => {
        const answer = { httpStatus: 429, requests: 1, hostFailed: true, blockMs: 3_600_000 };
        const events = await recordHostResponse(tx, 'wiki.example', { ...answer, reason: '429' });
        await recordEvents(tx, events);
      }),
    'its block is cleared': () => clearBlock(t.db, actor, 'wiki.example'),
    'a source is put into quarantine': () =>
      openQuarantine(t.db, {
        sourceName: 'wiki',
        rule: 'block_page',
        title: 'wiki: login pages',
        detail: 'Half of them.',
        evidence: {},
        runId: newId(),
        from: new Date().toISOString(),
      }),
    'an item is claimed': () => t.store.dequeue(1),
  };

  it('changes whenever something a page shows has changed, and only then', async () => {
    const silent: string[] = [];
    for (const [what, happen] of Object.entries(happenings)) {
      const before = await stamp();
      expect(await stamp(), `before ${what}`).toBe(before);
      await happen();
      if ((await stamp()) === before) silent.push(what);
    }
    expect(silent).toEqual([]);
    expect(await readPulse(t.db)).toMatchObject({ moving: true });
  });
});
