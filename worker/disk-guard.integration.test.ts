import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '#lib/actor/model.ts';
import { readDisks } from '#lib/disks/disks.ts';
import { getWorkItemDetail } from '#lib/items/detail.ts';
import { forecastRun, whySourceWaits } from '#lib/items/waiting/stands-still.ts';
import { overview } from '#lib/metrics/overview.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { openSite, type Site, until } from '#test/worker/processes.ts';
import { DiskGuard } from './disk-guard.ts';

const actor = systemActor('test');
/** More than any disk has: 95 TiB. */
const never = { INGEST_DISK_PAUSE_MIB: '99999999' };

let site: Site;
beforeEach(async () => {
  site = await openSite();
});
afterEach(() => site.dispose());

describe('a worker without room on the disk', () => {
  it('begins nothing, says so wherever one asks, and another one with room goes on', async () => {
    const { db, secretBox, store } = site.runtime;
    const input = { name: 'sample', type: 'test', enabled: true, settings: {}, seeds: [{}] };
    await saveSource(db, actor, input, { secretBox });
    const { runId } = await launchRun(db, actor, { kind: 'seed', sources: ['sample'] });
    site.start('commands/worker.ts', [], never);
    const run = async () => {
      const found = await getRun(db, runId);
      if (!found) throw new Error('the run is gone');
      return found;
    };
    await until('the worker says why it waits', async () => {
      const { waits } = await forecastRun(db, await run());
      return waits?.code === 'disk_low';
    });
    const { warnings } = await overview(db);
    expect(warnings.find(({ kind }) => kind === 'disk_low')).toMatchObject({ href: '/storage' });
    expect((await store.getStats()).byStatus).toMatchObject({ pending: 5, in_progress: 0 });
    expect((await whySourceWaits(db, { type: 'test', name: 'sample' }))?.code).toBe('disk_low');
    const { work_item_id: id } = await db.q
      .selectFrom('work_items')
      .select('work_item_id')
      .executeTakeFirstOrThrow();
    const detail = await getWorkItemDetail(db, id);
    expect(detail?.waiting).toMatchObject({ readyAt: null, reasons: [{ code: 'disk_low' }] });
    site.start('commands/worker.ts', [], { INGEST_DISK_PAUSE_MIB: '0' });
    await until('the run ends', async () => (await run()).status === 'completed');
    expect((await store.getStats()).byStatus).toMatchObject({
      pending: 0,
      in_progress: 0,
      failed: 0,
    });
  });
});

describe('the guard', () => {
  it('goes on only with a tenth more room than it paused at, and looks above a directory that is not made yet', async () => {
    const { db, log } = site.runtime;
    const place = { what: 'the file lake', path: path.join(tmpdir(), 'not', 'made', 'yet') };
    const watched = { places: [place], pauseBelowBytes: 1 };
    const guard = new DiskGuard(watched, log);
    const [disk] = await readDisks(db, watched);
    const free = disk?.freeBytes ?? 0;
    expect(free).toBeGreaterThan(1);
    expect(await guard.look(db)).toBe(false);
    watched.pauseBelowBytes = free * 2;
    expect(await guard.look(db)).toBe(true);
    expect(guard.low?.what).toBe('the file lake');
    watched.pauseBelowBytes = free * 0.95;
    expect(await guard.look(db)).toBe(false);
    expect(guard.low).not.toBeNull();
    watched.pauseBelowBytes = free * 0.5;
    expect(await guard.look(db)).toBe(true);
    expect(guard.low).toBeNull();
    watched.pauseBelowBytes = 0;
    expect(await guard.look(db)).toBe(false);
  });

  it('asks the database’s own server, where it may say', async () => {
    const { db } = site.runtime;
    const [disk] = await readDisks(db, {
      places: [{ what: 'the database', path: null }],
      pauseBelowBytes: 5,
    });
    expect(disk).toMatchObject({ what: 'the database', pauseBelowBytes: 5 });
    expect(disk?.sizeBytes).toBeGreaterThan(disk?.freeBytes ?? 0);
  });
});
