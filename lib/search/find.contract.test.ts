import { describe, expect, it } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { systemActor } from '#lib/actor/model.ts';
import { insertHost } from '#lib/hosts/insert-host.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { saveSchedule } from '#lib/schedules/schedules.ts';
import { pauseSource } from '#lib/sources/lifecycle.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { aWorkItem } from '#test/factories.ts';
import { givenBlockedHost, givenSource, useStore } from '#test/queue-database.ts';
import { find } from './find.ts';

const operator: Actor = { ...systemActor('test'), role: 'operator' };
const viewer: Actor = { ...systemActor('test'), role: 'viewer' };

describe.each(contractEngines())('the palette on $name', (engine) => {
  const given = useStore(engine);
  const titles = async (text: string, actor = operator) =>
    (await find(given.db, actor, text)).map(({ title }) => title);

  it('finds by a part of the name, by the shown end of an id, and by a part of an address', async () => {
    await givenSource(given.db, { name: 'Sample', seeds: [{}] });
    const { runId } = await launchRun(given.db, operator, { kind: 'seed', sources: ['Sample'] });
    await given.store.enqueue(
      aWorkItem({ resourceId: 'Luke', requestUri: 'https://wiki.example/w/Luke_Skywalker?x=1' }),
    );
    expect(await titles('ampl')).toContain('Sample');
    const [run] = await find(given.db, operator, runId.slice(-8));
    expect(run).toMatchObject({ kind: 'run', href: `/runs/${runId}` });
    expect(await titles('luke_skywalker?')).toContain('Luke');
  });

  it('offers what may be done to a thing as it is, to who may do it', async () => {
    await givenSource(given.db, { name: 'Sample', seeds: [{}] });
    const source = await given.db.q
      .selectFrom('sources')
      .select('source_id')
      .executeTakeFirstOrThrow();
    const id = source.source_id;
    expect(await find(given.db, operator, 'pause samp')).toMatchObject([
      { title: 'Pause Sample', href: `/sources/${id}?do=pause-${id}` },
    ]);
    expect(await titles('run samp')).toContain('Run Sample');
    expect(await titles('resume samp')).toEqual([]);
    expect(await titles('pause samp', viewer)).toEqual([]);
    await pauseSource(given.db, operator, 'Sample', { reason: 'test', end: null });
    expect(await titles('pause samp')).toEqual([]);
    expect(await titles('resume samp')).toContain('Resume Sample');

    const { runId } = await launchRun(given.db, operator, { kind: 'seed', sources: ['Sample'] });
    expect(await find(given.db, operator, `stop ${runId.slice(-8)}`)).toMatchObject([
      { href: `/runs/${runId}?do=stop-${runId}` },
    ]);
    expect((await titles('cancel seed')).at(0)).toMatch(/^Cancel Seed of Sample/);
    expect(await titles('retry seed')).toEqual([]);
  });

  it('blocks a host where it is told to pause or stop one', async () => {
    await givenBlockedHost(given.db, 'wiki.example', 60_000);
    expect(await find(given.db, operator, 'unblock wiki')).toMatchObject([
      { kind: 'host', href: '/hosts?name=wiki.example&do=unblock-wiki.example' },
    ]);
    expect(await titles('resume wiki')).toEqual(['Clear the block of wiki.example']);
    expect(await titles('block wiki')).toEqual([]);
    expect(await titles('unblock wiki', viewer)).toEqual([]);
  });

  it('finds what is called like a verb', async () => {
    await givenSource(given.db, { name: 'Stop words' });
    expect(await titles('stop words')).toContain('Stop words');
  });

  it('finds for a person of some sources nothing of others, and does nothing to them', async () => {
    const limited: Actor = { ...operator, limits: { without: [], sources: ['mine canary'] } };
    const address = (name: string) => `https://${name}.example/canary/page`;
    for (const name of ['mine canary', 'other canary']) {
      await givenSource(given.db, { name, seeds: [{}] });
      await launchRun(given.db, operator, { kind: 'seed', sources: [name] });
      const host = `${name.replace(' ', '-')}.example`;
      await insertHost(given.db, host, {});
      await given.db.q
        .insertInto('source_hosts')
        .values({
          host,
          source_system: 'test',
          source_name: name,
          asked_at: given.db.engine.now(),
        })
        .execute();
      await given.store.enqueue(
        aWorkItem({
          sourceName: name,
          resourceId: `canary of ${name}`,
          requestUri: address(name.replace(' ', '-')),
        }),
      );
      await saveSchedule(given.db, operator, {
        name: `canary schedule of ${name}`,
        cron: '0 3 * * *',
        timezone: 'UTC',
        enabled: true,
        request: { kind: 'seed', sources: [name] },
      });
    }
    const wanted = [
      'canary',
      'pause canary',
      'run canary',
      'cancel seed',
      'canary/page',
      'block canary',
    ];
    for (const text of wanted) {
      const everybodys = await find(given.db, operator, text);
      expect(
        everybodys.some((one) => JSON.stringify(one).includes('other')),
        text,
      ).toBe(true);
      const own = await find(given.db, limited, text);
      expect(own.filter((one) => JSON.stringify(one).includes('other'))).toEqual([]);
      // Hosts are of no source, and not theirs to block.
      if (text !== 'block canary') expect(own.length, text).toBeGreaterThan(0);
      else
        expect(own.map(({ title }) => title).filter((title) => title.startsWith('Block'))).toEqual(
          [],
        );
    }
    const kinds = new Set((await find(given.db, limited, 'canary')).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['host', 'run', 'schedule', 'source', 'work-item']);
  });
});
