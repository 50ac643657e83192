import { describe, expect, it } from 'vitest';
import type { WikiAnswer } from './answer.ts';
import { ChangesFeed, marginMs, momentOf, wikiInstant } from './changes-feed.ts';
import { readAliasChain, writeAliasChain } from './judge.ts';

const readAt = Date.parse('2026-11-23T12:00:00Z');
const ago = (ms: number) => readAt - ms;
const minute = 60_000;
const day = 24 * 60 * minute;

type Change = NonNullable<NonNullable<WikiAnswer['query']>['recentchanges']>[number];

const edit = (title: string, agoMs: number, revid: number): Change => ({
  type: 'edit',
  title,
  revid,
  timestamp: wikiInstant(ago(agoMs)),
});
const log = (title: string | undefined, agoMs: number, more: object = {}): Change => ({
  type: 'log',
  ...(title === undefined ? {} : { title }),
  revid: 0,
  timestamp: wikiInstant(ago(agoMs)),
  ...more,
});
const answer = (recentchanges: Change[], next: string | null = null): WikiAnswer => ({
  curtimestamp: wikiInstant(readAt),
  ...(next === null ? {} : { continue: { rccontinue: next, continue: '-||' } }),
  query: { recentchanges },
});

function feedOf(...answers: WikiAnswer[]): ChangesFeed {
  const feed = new ChangesFeed();
  for (const one of answers) feed.add(one);
  return feed;
}

describe('how far back a list of changes is known to reach', () => {
  it('is shown by an older entry alone: an end of the list may be what the wiki forgot', () => {
    const ended = feedOf(answer([edit('A', 10 * minute, 2)]));
    expect(ended.reaches(ago(2 * minute))).toBe(true);
    expect(ended.reaches(ago(10 * minute))).toBe(false);
    expect(feedOf(answer([])).reaches(ago(minute))).toBe(false);
    expect(new ChangesFeed().reaches(ago(minute))).toBe(false);
  });

  it('leaves room for what was listed late', () => {
    const feed = feedOf(answer([edit('A', 10 * minute, 2)]));
    expect(feed.reaches(ago(10 * minute - marginMs - 1_000))).toBe(true);
    expect(feed.reaches(ago(10 * minute - marginMs))).toBe(false);
  });

  it('does not include what came after it was read', () => {
    const feed = feedOf(answer([edit('A', 10 * minute, 2)]));
    expect(feed.reaches(readAt)).toBe(false);
    expect(feed.isYoungerThan(ago(1_000))).toBe(true);
    expect(feed.isYoungerThan(readAt)).toBe(false);
  });

  it('is not relied on beyond 60 days', () => {
    const feed = feedOf(answer([edit('A', 80 * day, 2)]));
    expect(feed.reaches(ago(59 * day))).toBe(true);
    expect(feed.reaches(ago(60 * day))).toBe(false);
    expect(feed.answersUntil(ago(60 * day))).toBe(Number.POSITIVE_INFINITY);
  });

  it('ends at an entry of which the wiki hides what it was about', () => {
    const feed = feedOf(
      answer([log(undefined, 20 * minute, { actionhidden: true }), edit('A', day, 2)]),
    );
    expect(feed.reaches(ago(10 * minute))).toBe(true);
    expect(feed.reaches(ago(20 * minute))).toBe(false);
    expect(feed.answersUntil(ago(20 * minute))).toBe(Number.POSITIVE_INFINITY);
  });

  it('grows with further answers, and is still as of the first', () => {
    const second = {
      ...answer([edit('B', 3 * day, 1)]),
      curtimestamp: wikiInstant(readAt + 9_000),
    };
    const feed = feedOf(answer([edit('A', day, 2)], '20261122|7'), second);
    expect(feed.reaches(ago(2 * day))).toBe(true);
    expect(feed.asOf).toBe(readAt);
    expect(feed.next).toBeNull();
  });

  it('is reckoned ahead from how frequent changes are', () => {
    const feed = feedOf(answer([edit('A', 2 * minute, 2)], 'more'));
    expect(feed.answersUntil(ago(15 * minute))).toBe(10);
    expect(feed.answersUntil(ago(95 * minute))).toBe(50);
    expect(feedOf(answer([edit('A', 2 * minute, 2)])).answersUntil(ago(day))).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('is nothing when the answer is no list of changes, or tells no time', () => {
    for (const bad of [
      { curtimestamp: wikiInstant(readAt), query: {} },
      { query: { recentchanges: [edit('A', day, 2)] } },
      answer([{ ...edit('A', day, 2), timestamp: 'yesterday' }], 'more'),
      answer([edit('A', 2 * day, 2), edit('B', day, 3), edit('C', 3 * day, 1)], 'more'),
    ]) {
      const feed = feedOf(bad);
      expect(feed.next).toBeNull();
      expect(feed.reaches(ago(minute))).toBe(false);
    }
  });
});

describe('what happened to a page', () => {
  it('is the latest entry: the revision of an edit', () => {
    const feed = feedOf(answer([edit('Star Wars', minute, 9), edit('Star Wars', day, 8)]));
    expect(feed.touchSince(ago(day), 'Star_Wars')).toMatchObject({ revision: '9' });
    expect(feed.touchSince(ago(day), 'Star_wars')).toBeNull();
  });

  it('does not count when it was long before the moment in question', () => {
    const feed = feedOf(answer([edit('A', 10 * minute, 9)]));
    expect(feed.touchSince(ago(5 * minute), 'A')).not.toBeNull();
    expect(feed.touchSince(ago(4 * minute), 'A')).toBeNull();
  });

  it('is unknown after anything but an edit, also of the page it was moved or merged to', () => {
    const feed = feedOf(
      answer([
        log('Old name', minute, { logparams: { target_ns: 0, target_title: 'New name' } }),
        log('From', minute, { logparams: { dest_title: 'Into', mergepoint: 'x' } }),
        edit('New name', day, 8),
      ]),
    );
    for (const id of ['Old_name', 'New_name', 'From', 'Into']) {
      expect(feed.touchSince(ago(day), id)).toMatchObject({ revision: null });
    }
    expect(feed.touchSince(ago(day), 'x')).toBeNull();
  });
});

describe('the titles by which a name leads to its page', () => {
  it('are read as they were written', () => {
    const chain = { namespace: 12, titles: ['Old: name', 'Help:Contents'] };
    expect(readAliasChain(writeAliasChain(chain))).toEqual(chain);
  });

  it('are not kept when they are too many or too long, and nothing else is taken for them', () => {
    const titles = Array.from({ length: 3 }, (_, n) => `${'銀河'.repeat(90)}${n}`);
    expect(writeAliasChain({ namespace: 0, titles })).toBeNull();
    expect(writeAliasChain({ namespace: 0, titles: [] })).toBeNull();
    for (const etag of [null, '"abc"', 'alias:', 'alias:x:A'])
      expect(readAliasChain(etag)).toBeNull();
  });
});

it('moments are those of a wiki, whole seconds in UTC, or none', () => {
  expect(momentOf('2026-11-23T12:00:00Z')).toBe(readAt);
  for (const text of [null, '', '2026-11-23', '2026-11-23T12:00:00.000Z', '2026-13-45T99:99:99Z']) {
    expect(momentOf(text)).toBeNull();
  }
});

describe('pages that came, or came back', () => {
  const came = (...changes: Change[]) =>
    feedOf(answer(changes))
      .appearances()
      .map(({ resourceId, at }) => `${resourceId} ${(readAt - at) / minute}`);
  const made = (title: string, agoMs: number): Change => ({
    ...edit(title, agoMs, 5),
    type: 'new',
  });
  const entry = (logtype: string, logaction: string, more: object = {}) =>
    log('A', 2 * minute, { logtype, logaction, ...more });

  it.each([
    ['made', made('A', 2 * minute), 'A'],
    ['restored', entry('delete', 'restore'), 'A'],
    ['imported', entry('import', 'interwiki'), 'A'],
    ['uploaded', entry('upload', 'upload'), 'A'],
    ['moved there', entry('move', 'move', { logparams: { target_title: 'B c' } }), 'B_c'],
    ['moved over another', entry('move', 'move_redir', { logparams: { target_title: 'B' } }), 'B'],
    ['moved there, as old wikis say it', entry('move', 'move', { move: { new_title: 'B' } }), 'B'],
  ])('were %s', (_, change, title) => {
    expect(came(change)).toEqual([`${title} 2`]);
  });

  it.each([
    ['edited', edit('A', 2 * minute, 5)],
    ['deleted', entry('delete', 'delete')],
    ['deleted in part', entry('delete', 'revision')],
    ['protected', entry('protect', 'protect')],
    ['hidden', log(undefined, minute, { logtype: 'delete', logaction: 'restore' })],
  ])('are not those that were %s', (_, change) => {
    expect(came(change)).toEqual([]);
  });

  it('are those of the latest state: gone again is gone, made and edited is there', () => {
    const deleted = log('A', minute, { logtype: 'delete', logaction: 'delete' });
    const moved = log('B', minute, { logtype: 'move', logparams: { target_title: 'C' } });
    const changes = [deleted, moved, edit('D', 2 * minute, 6)];
    expect(came(...changes, ...['A', 'B', 'D'].map((title) => made(title, 3 * minute)))).toEqual([
      'C 1',
      'D 3',
    ]);
  });
});
