import { afterEach, describe, expect, it } from 'vitest';
import type { WorkItem } from '#lib/queue/model.ts';
import { harness } from '#test/fetch-harness.ts';
import { sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { mediawiki } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** A wiki that has none of the pages it is asked for, but a log and a shared repository. */
async function wikiWith({ log = [], file = {} }: { log?: object[]; file?: object }) {
  const server = await startLoopbackServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://wiki').searchParams;
    if (asked.get('list') === 'logevents') return sendJson(response, { query: { logevents: log } });
    const titles = (asked.get('titles') ?? '').split('|');
    const pages = titles.map((title) => ({
      ns: title.startsWith('File:') ? 6 : 0,
      title,
      missing: true,
      ...(asked.get('prop') === 'imageinfo' ? file : {}),
    }));
    sendJson(response, { query: { pages } });
  });
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/api.php`,
    email: 'op@example.org',
  });
  opened.push(source);
  const fetchTitle = (title: string, known: Partial<WorkItem> = {}) => {
    const [item] = source.seed({ titles: [title] });
    if (!item) throw new Error('no item');
    return source.fetch({ ...item, ...known });
  };
  return { server, fetchTitle };
}

const fetchedOnce = { lastFetchedAt: '2026-01-01T00:00:00.000Z', revision: '5' };

describe('a page that is missing', () => {
  it.each([
    [
      'today',
      {
        type: 'move',
        action: 'move',
        params: { target_ns: 0, target_title: 'New name', suppressredirect: true },
      },
    ],
    ['of long ago', { type: 'move', move: { new_ns: 0, new_title: 'New name' } }],
  ])(
    'and was moved without a redirect is another name of the new title, as the log says %s',
    async (_, entry) => {
      const { fetchTitle } = await wikiWith({ log: [entry] });
      expect(await fetchTitle('Old name', fetchedOnce)).toMatchObject({
        kind: 'alias',
        canonical: { resourceType: 'page', resourceId: 'New_name', isHop: false },
        facts: { details: { moved_to: 'New name' } },
      });
    },
  );

  it('keeps what the wiki answered', async () => {
    const { fetchTitle } = await wikiWith({});
    const outcome = await fetchTitle('No such page');
    if (outcome.kind !== 'error') throw new Error('the page is missing');
    expect(outcome.answer).toMatchObject({ httpStatus: 200 });
    expect(Buffer.from(outcome.answer?.body ?? []).toString()).toContain('"missing":true');
  });

  it('is missing when the log says something else, or a title that cannot be', async () => {
    for (const log of [
      [],
      [{ type: 'delete', action: 'delete', params: {} }],
      [{ type: 'move', params: { target_title: 'a|b' } }],
      [{ type: 'move', params: 'hidden' }],
    ]) {
      const { fetchTitle } = await wikiWith({ log });
      expect(await fetchTitle('Old name', fetchedOnce)).toMatchObject({ code: 'page_missing' });
    }
  });

  it('and was never there costs no look into the log', async () => {
    const { fetchTitle, server } = await wikiWith({});
    expect(await fetchTitle('Red link')).toMatchObject({ code: 'page_missing' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a file on a shared repository', () => {
  const file = {
    known: true,
    imagerepository: 'shared',
    imageinfo: [{ sha1: 'abc', descriptionurl: 'https://commons.example/wiki/File:A.png' }],
  };

  it('is there with its description, and unchanged as long as the file is the same', async () => {
    const { fetchTitle } = await wikiWith({ file });
    const outcome = await fetchTitle('File:A.png');
    expect(outcome).toMatchObject({
      kind: 'fetched',
      payload: { imagerepository: 'shared', imageinfo: file.imageinfo },
      validators: { revision: 'abc' },
      facts: { details: { shared_repository: 'shared' } },
    });
    expect(
      await fetchTitle('File:A.png', { ...fetchedOnce, revision: 'abc', contentHash: 'x' }),
    ).toMatchObject({ kind: 'unchanged' });
  });

  it('that no repository has is missing', async () => {
    const { fetchTitle } = await wikiWith({ file: { imagerepository: '' } });
    expect(await fetchTitle('File:B.png')).toMatchObject({ code: 'page_missing' });
  });
});
