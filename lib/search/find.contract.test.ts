import { describe, expect, it } from 'vitest';
import type { Actor } from '#lib/actor/model.ts';
import { systemActor } from '#lib/actor/model.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
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
});
