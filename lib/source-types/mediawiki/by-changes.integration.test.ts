import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { type Harness, harness } from '#test/fetch-harness.ts';
import { type LoopbackServer, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { mediawiki } from './index.ts';
import type { MediawikiSettings } from './settings.ts';

/** A wiki whose clock the test sets, with one list of changes, latest first. */
interface Wiki extends Harness<MediawikiSettings> {
  readonly server: LoopbackServer;
  now: string;
  changes: JsonObject[];
  /** Entries of one answer. */
  perAnswer: number;
  refuses: { status?: number; headers?: Record<string, string>; body: JsonObject } | null;
  readonly redirects: Map<string, string>;
  readonly missing: Set<string>;
  readonly revisions: Map<string, number>;
  /** `changes`, `check`, `fetch` or `log`, in the order they were asked. */
  asked(): string[];
  known(titles: readonly string[], over?: Partial<WorkItem>): WorkItem[];
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const parametersOf = (url: string | undefined) => new URL(url ?? '', 'http://wiki').searchParams;
const kindOf = (asked: URLSearchParams): string => {
  if (asked.get('list') === 'recentchanges') return 'changes';
  if (asked.get('list') === 'logevents') return 'log';
  return asked.get('prop') === 'revisions' ? 'check' : 'fetch';
};

async function openWiki(settings: JsonObject = {}): Promise<Wiki> {
  const redirects = new Map<string, string>();
  const missing = new Set<string>();
  const revisions = new Map<string, number>();
  const pagesOf = (titles: readonly string[]) => {
    const followed = titles.filter((title) => redirects.has(title));
    const ends = titles.map((title) => redirects.get(title) ?? title);
    return {
      redirects: followed.map((from) => ({ from, to: redirects.get(from) ?? '' })),
      pages: [...new Set(ends)].map((title) =>
        missing.has(title)
          ? { ns: 0, title, missing: true }
          : {
              pageid: 7,
              ns: 0,
              title,
              revisions: [
                { revid: revisions.get(title) ?? 42, slots: { main: { content: 'Text' } } },
              ],
            },
      ),
    };
  };
  const server = await startLoopbackServer((request, response) => {
    const asked = parametersOf(request.url);
    if (kindOf(asked) !== 'changes') {
      const query = pagesOf((asked.get('titles') ?? '').split('|'));
      return sendJson(response, { curtimestamp: wiki.now, query });
    }
    if (wiki.refuses) {
      const { body, ...options } = wiki.refuses;
      return sendJson(response, body, options);
    }
    const from = Number(asked.get('rccontinue') ?? 0);
    const until = from + wiki.perAnswer;
    sendJson(response, {
      curtimestamp: wiki.now,
      ...(until < wiki.changes.length ? { continue: { rccontinue: `${until}` } } : {}),
      query: { recentchanges: wiki.changes.slice(from, until) },
    });
  });
  opened.push(server);
  const source = harness(mediawiki, {
    api_url: `${server.origin}/w/api.php`,
    email: 'op@example.org',
    ...settings,
  });
  opened.push(source);
  const wiki: Wiki = {
    ...source,
    server,
    now: '2026-11-23T12:00:00Z',
    changes: [],
    perAnswer: 500,
    refuses: null,
    redirects,
    missing,
    revisions,
    asked: () => server.requests.map(({ url }) => kindOf(parametersOf(url))),
    known: (titles, over = {}) =>
      source.seed({ titles: [...titles] }).map((item) => ({
        ...item,
        runId: 'run-1',
        revision: '42',
        lastModified: '2026-11-23T11:00:00Z',
        lastFetchedAt: '2026-11-23T11:00:03.000Z',
        ...over,
      })),
  };
  return wiki;
}

const edit = (title: string, revid: number, timestamp: string) => ({
  type: 'edit',
  ns: 0,
  title,
  revid,
  timestamp,
});
/** Shows that the list reaches far back. */
const longAgo = edit('Elsewhere', 3, '2026-11-01T00:00:00Z');

let wiki: Wiki;
beforeEach(async () => {
  wiki = await openWiki();
});

describe('pages of a wiki that tells what has changed', () => {
  it('take one request for all batches of a run, and none is asked for by its name', async () => {
    wiki.changes = [longAgo];
    const first = await wiki.fetchTogether(wiki.known(['A', 'B']));
    const second = await wiki.fetchTogether(wiki.known(['C', 'D']));
    expect(wiki.asked()).toEqual(['changes']);
    for (const outcome of [...first, ...second]) {
      expect(outcome).toMatchObject({
        kind: 'unchanged',
        // The moment from which the next recrawl asks for changes: that of the list, not of the item.
        validators: { revision: '42', lastModified: '2026-11-23T12:00:00Z' },
        facts: { details: { settled_by: 'recent_changes', as_of: '2026-11-23T12:00:00Z' } },
      });
    }
    expect(first[0]).toMatchObject({ facts: { statusCode: 200, details: { requests: 1 } } });
    // Nothing was asked for these: the attempt must not say that the wiki answered.
    expect(second[0]).toMatchObject({ facts: { statusCode: null, details: { requests: 0 } } });
  });

  it('are fetched at once when they were edited, without a look at their revision', async () => {
    wiki.changes = [edit('B', 43, '2026-11-23T11:30:00Z'), longAgo];
    wiki.revisions.set('B', 43);
    const outcomes = await wiki.fetchTogether(wiki.known(['A', 'B']));
    expect(outcomes.map((outcome) => outcome?.kind)).toEqual(['unchanged', 'fetched']);
    expect(wiki.asked()).toEqual(['changes', 'fetch']);
    expect(wiki.server.requests[1]?.url).toContain('titles=B&');
  });

  it('are unchanged when the latest edit is the one that was fetched', async () => {
    wiki.changes = [edit('A', 42, '2026-11-23T10:58:00Z'), longAgo];
    const [outcome] = await wiki.fetchTogether(wiki.known(['A']));
    expect(outcome).toMatchObject({ kind: 'unchanged' });
    expect(wiki.asked()).toEqual(['changes']);
  });

  it.each([
    ['deleted', { type: 'log', title: 'A', logtype: 'delete', logaction: 'delete' }],
    ['moved away', { type: 'log', title: 'A', logparams: { target_title: 'Z' } }],
    ['overwritten by a move', { type: 'log', title: 'Z', logparams: { target_title: 'A' } }],
    ['restored', { type: 'log', title: 'A', logtype: 'delete', logaction: 'restore' }],
    ['imported', { type: 'log', title: 'A', logtype: 'import', logaction: 'interwiki' }],
  ])('are looked at when they were %s', async (_, change) => {
    wiki.changes = [{ ...change, revid: 0, timestamp: '2026-11-23T11:30:00Z' }, longAgo];
    wiki.missing.add('A');
    const outcomes = await wiki.fetchTogether(wiki.known(['A', 'B']));
    expect(outcomes).toMatchObject([
      { kind: 'error', code: 'page_missing' },
      { kind: 'unchanged' },
    ]);
    expect(wiki.asked()).toEqual(['changes', 'check', 'log']);
  });

  it('were edited just before they were fetched, and listed only now: found all the same', async () => {
    wiki.changes = [edit('A', 43, '2026-11-23T10:59:58Z'), longAgo];
    wiki.revisions.set('A', 43);
    expect(await wiki.fetchTogether(wiki.known(['A']))).toMatchObject([{ kind: 'fetched' }]);
  });

  it('are asked for each time when the source says so, and when a person asks for one', async () => {
    wiki.changes = [longAgo];
    await wiki.fetchTogether(wiki.known(['A'], { runId: null }));
    const without = await openWiki({ changes_feed: false });
    await without.fetchTogether(without.known(['A']));
    expect([...wiki.asked(), ...without.asked()]).toEqual(['check', 'check']);
  });

  it('categories and pages an older version fetched are asked for as before', async () => {
    wiki.changes = [longAgo];
    await wiki.fetchTogether(wiki.known(['A'], { lastModified: null }));
    await wiki.fetch({
      ...(wiki.known(['Category:A'])[0] as WorkItem), // one title gives one item
      resourceType: 'category',
    });
    expect(wiki.asked()).toEqual(['check', 'fetch']);
  });
});

describe('names that lead to a page', () => {
  const alias = { revision: null, etag: 'alias:0:A|B|C' };

  it('lead there still while none of the titles on the way is touched', async () => {
    wiki.changes = [longAgo];
    const [outcome] = await wiki.fetchTogether(wiki.known(['A'], alias));
    expect(outcome).toMatchObject({
      kind: 'alias',
      canonical: { resourceType: 'page', resourceId: 'C', isHop: false },
      validators: { etag: alias.etag, lastModified: '2026-11-23T12:00:00Z' },
      facts: {
        details: { alias_of: 'C', wiki_redirects: [{ from: 'A' }, { from: 'B', to: 'C' }] },
      },
    });
    expect(wiki.asked()).toEqual(['changes']);
  });

  it('lead there still when a title on the way was touched long before', async () => {
    wiki.changes = [edit('C', 41, '2026-11-20T11:30:00Z'), longAgo];
    expect(await wiki.fetchTogether(wiki.known(['A'], alias))).toMatchObject([{ kind: 'alias' }]);
    expect(wiki.asked()).toEqual(['changes']);
  });

  it.each(['A', 'B', 'C'])('are asked for when %s is touched', async (title) => {
    wiki.changes = [edit(title, 50, '2026-11-23T11:30:00Z'), longAgo];
    wiki.redirects.set('A', 'D');
    const [outcome] = await wiki.fetchTogether(wiki.known(['A'], alias));
    expect(outcome).toMatchObject({
      kind: 'alias',
      canonical: { resourceId: 'D' },
      validators: { etag: 'alias:0:A|D', revision: null },
    });
    expect(wiki.asked()).toEqual(['changes', 'check']);
  });
});

describe('a list of changes that does not suffice', () => {
  it('because nothing older was seen: revisions are asked for, and the list not again', async () => {
    wiki.changes = [edit('B', 43, '2026-11-23T11:30:00Z')];
    for (const title of ['A', 'C']) {
      expect(await wiki.fetchTogether(wiki.known([title]))).toMatchObject([{ kind: 'unchanged' }]);
    }
    expect(wiki.asked()).toEqual(['changes', 'check', 'check']);
  });

  it('because the wiki does not give it: revisions are asked for', async () => {
    wiki.refuses = { body: { error: { code: 'badvalue', info: 'no such list' } } };
    for (const title of ['A', 'C']) {
      expect(await wiki.fetchTogether(wiki.known([title]))).toMatchObject([{ kind: 'unchanged' }]);
    }
    expect(wiki.asked()).toEqual(['changes', 'check', 'check']);
  });

  it('because the wiki wants to be left alone: nothing more is asked', async () => {
    wiki.refuses = { status: 429, headers: { 'retry-after': '30' }, body: {} };
    expect(await wiki.fetchTogether(wiki.known(['A', 'B']))).toMatchObject([
      { code: 'http_rate_limited', retryAfterMs: 30_000 },
      { code: 'http_rate_limited' },
    ]);
    expect(wiki.asked()).toEqual(['changes']);
  });

  it('in its first part is read on by one request with each batch, as much as the check costs', async () => {
    const minutes = Array.from({ length: 6 }, (_, n) => 55 - n * 11);
    wiki.changes = minutes.map((at, n) =>
      edit(`E${n}`, 50 + n, `2026-11-23T11:${String(at).padStart(2, '0')}:00Z`),
    );
    wiki.changes.push(longAgo);
    wiki.perAnswer = 2;
    const titles = ['A', 'B', 'C', 'D', 'E'];
    for (const title of titles) await wiki.fetchTogether(wiki.known([title]));
    expect(wiki.asked()).toEqual([
      ...['changes', 'check', 'changes', 'check', 'changes', 'check', 'changes'],
    ]);
  });

  it('because too much changes is given up after the first answer', async () => {
    wiki.changes = Array.from({ length: 50 }, (_, n) =>
      edit(`E${n}`, 50 + n, '2026-11-23T11:59:00Z'),
    );
    wiki.changes.push(longAgo);
    wiki.perAnswer = 10;
    for (const title of ['A', 'B', 'C']) await wiki.fetchTogether(wiki.known([title]));
    expect(wiki.asked()).toEqual(['changes', 'check', 'check', 'check']);
  });

  it('because it is of another run is read anew: what changed before the launch is found', async () => {
    wiki.changes = [longAgo];
    await wiki.fetchTogether(wiki.known(['A']));
    wiki.changes.unshift(edit('B', 43, '2026-11-23T12:00:01Z'));
    wiki.revisions.set('B', 43);
    wiki.now = '2026-11-23T12:00:02Z';
    const [outcome] = await wiki.fetchTogether(wiki.known(['B'], { runId: 'run-2' }));
    expect(outcome).toMatchObject({ kind: 'fetched', validators: { revision: '43' } });
  });
});

describe('pages that the list says came', () => {
  const coming = { type: 'new', ns: 0, title: 'Late one', revid: 9 };
  const changes = [{ ...coming, timestamp: '2026-11-23T11:30:00Z' }, longAgo];
  const came = ['page', 'content', 'category'].map((resourceType) => ({
    resourceType,
    resourceId: 'Late_one',
    changedAt: '2026-11-23T11:30:00.000Z',
    onlyKnown: true,
  }));

  it('are told once for each request, with an item that the wiki answered', async () => {
    wiki.changes = changes;
    const [first] = await wiki.fetchTogether(wiki.known(['A', 'B']));
    expect(first).toMatchObject({ kind: 'unchanged', leadsTo: came });
    expect(await wiki.fetchTogether(wiki.known(['C']))).toEqual([
      expect.not.objectContaining({ leadsTo: expect.anything() }),
    ]);
  });

  it('are told with one that was edited, or looked at, where the first is missing', async () => {
    wiki.changes = [
      { type: 'log', title: 'A', logtype: 'delete', timestamp: '2026-11-23T11:40:00Z' },
      edit('B', 43, '2026-11-23T11:35:00Z'),
      ...changes,
    ];
    wiki.missing.add('A');
    wiki.revisions.set('B', 43);
    expect(await wiki.fetchTogether(wiki.known(['A', 'B']))).toMatchObject([
      { kind: 'error' },
      { kind: 'fetched', leadsTo: came },
    ]);
  });
});
