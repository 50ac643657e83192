import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { operator, useRuns, viewer } from '#test/campaign.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { type AddOneInput, addOne, addOneSchema } from './add-one.ts';

const wiki = { api_url: 'https://wiki.example/w/api.php', email: 'ana@example.org' };
const openSeed = { work_ids: ['W1'] };

describe.each(contractEngines())('adding one address on $name', (engine) => {
  const { given, claim, complete } = useRuns(engine);
  const givenSource = (name: string, type: string, settings: JsonObject, seed: JsonObject) =>
    saveSource(
      given.db,
      operator,
      { name, type, enabled: true, settings: { rate_limit_delay: 0, ...settings }, seeds: [seed] },
      { secretBox: createSecretBox([new Uint8Array(32)]) },
    );
  const givenSite = (settings: JsonObject = {}) =>
    givenSource('site', 'http', settings, {
      resource_type: 'page',
      urls: ['https://site.example/'],
    });
  const add = (input: Partial<AddOneInput>, requestKey?: string) =>
    addOne(
      given.db,
      operator,
      addOneSchema.parse({ source: 'site', text: 'https://site.example/a', ...input }),
      { requestKey },
    );

  it('puts a new one before all others, of the kind that the seeds have, and says so in the audit log', async () => {
    await givenSite();
    const { workItemId: later } = await add({ text: 'https://site.example/later' });
    await given.db.q.updateTable('work_items').set({ priority: 50 }).execute();
    const added = await add({ text: ' https://SITE.example:443/a#part ' });
    expect(added).toMatchObject({
      outcome: 'added',
      resourceType: 'page',
      resourceId: 'https://site.example/a',
      requestUri: 'https://site.example/a',
    });
    expect((await claim(2)).map(({ workItemId }) => workItemId)).toEqual([added.workItemId, later]);
    const entries = await given.db.q
      .selectFrom('audit_log')
      .select(['actor_email', 'target_id'])
      .where('action', '=', 'work-items.add')
      .orderBy('audit_id')
      .execute();
    expect(entries.at(-1)).toEqual({ actor_email: operator.email, target_id: added.workItemId });
  });

  it('says what became of one that was known: it waits, is in progress, goes round again, or is retired', async () => {
    await givenSite();
    const { workItemId } = await add({});
    expect(await add({})).toMatchObject({ outcome: 'waiting', workItemId });
    const [item] = await claim(1);
    expect(await add({})).toMatchObject({ outcome: 'in_progress', workItemId });
    if (item) await complete(item);
    expect(await add({})).toMatchObject({ outcome: 'again', workItemId });
    expect(await given.row(workItemId)).toMatchObject({ status: 'pending', priority: 0 });
    await given.db.q
      .updateTable('work_items')
      .set({ status: 'completed', refetch: 'retired' })
      .execute();
    expect(await add({})).toMatchObject({ outcome: 'retired', workItemId });
    expect(await given.row(workItemId)).toMatchObject({ status: 'completed' });
    expect(await given.count('work_items')).toBe(1);
  });

  it('does it once for a request key', async () => {
    await givenSite();
    const once = await add({}, 'key');
    expect(await add({}, 'key')).toEqual(once);
    expect(once.outcome).toBe('added');
  });

  it('refuses what the rules of the source leave out, unless it is asked for anyway', async () => {
    await givenSite({ site: { exclude: ['/private/'] } });
    const text = 'https://site.example/private/x';
    await expect(add({ text })).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { text: expect.stringContaining('rules of the source') },
    });
    expect(await given.count('work_items')).toBe(0);
    expect(await add({ text, anyway: true })).toMatchObject({ outcome: 'added' });
  });

  it.each([
    ['nothing that can be fetched', 'ftp://site.example/a'],
    ['no address', 'what is this'],
    ['several addresses', 'https://site.example/{1..3}'],
    ['an address with a key', 'https://site.example/?api_key=abcdefghijklmnop'],
  ])('refuses %s, beside its field', async (_, text) => {
    await givenSite();
    await expect(add({ text })).rejects.toMatchObject({
      code: 'input_invalid',
      fields: { text: expect.any(String) },
    });
    expect(await given.count('work_items')).toBe(0);
  });

  it.each<[string, string, string, JsonObject, JsonObject, string, string]>([
    ['a title of a wiki', 'mediawiki', 'Star Wars', wiki, { titles: ['X'] }, 'page', 'Star_Wars'],
    [
      'an address of a wiki',
      'mediawiki',
      'https://wiki.example/wiki/Droid_%28robot%29#History',
      wiki,
      { titles: ['X'] },
      'page',
      'Droid_(robot)',
    ],
    [
      'an address with the title as a parameter',
      'mediawiki',
      'https://wiki.example/w/index.php?title=C-3PO&action=view',
      wiki,
      { titles: ['X'] },
      'page',
      'C-3PO',
    ],
    ['a work', 'openalex', 'https://openalex.org/W2741809807', {}, openSeed, 'work', 'W2741809807'],
    [
      'a DOI',
      'openalex',
      'https://doi.org/10.7717/PEERJ.4375',
      {},
      openSeed,
      'work',
      'doi:10.7717/peerj.4375',
    ],
    ['an author', 'openalex', 'A5023888391', {}, openSeed, 'author', 'A5023888391'],
    [
      'a feed',
      'feed',
      'https://news.example/feed.xml',
      {},
      { feeds: ['https://x.example/'] },
      'feed',
      '',
    ],
    ['a resource', 'test', 'test_resource_003', {}, {}, 'resource', 'test_resource_003'],
  ])('takes %s by what the source knows it by', async (_, type, text, settings, seed, kind, id) => {
    await givenSource('site', type, settings, seed);
    const added = await add({ text });
    expect(added).toMatchObject({ outcome: 'added', resourceType: kind });
    if (id !== '') expect(added.resourceId).toBe(id);
  });

  it('refuses an address of another host than the wiki’s', async () => {
    await givenSource('site', 'mediawiki', wiki, { titles: ['X'] });
    await expect(add({ text: 'https://other.example/wiki/X' })).rejects.toMatchObject({
      fields: { text: expect.stringContaining('other.example') },
    });
  });

  it('needs the right to change items, and a source that there is', async () => {
    await givenSite();
    const input = addOneSchema.parse({ source: 'site', text: 'https://site.example/' });
    expect(() => addOne(given.db, viewer, input)).toThrow(/may not/);
    const limited = { ...operator, limits: { sources: ['sample'], without: [] } };
    await expect(addOne(given.db, limited, input)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(add({ source: 'nowhere' })).rejects.toMatchObject({ code: 'source_unknown' });
  });
});
