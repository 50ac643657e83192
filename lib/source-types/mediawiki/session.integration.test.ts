import { afterEach, describe, expect, it } from 'vitest';
import { harness } from '#test/fetch-harness.ts';
import { sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { mediawiki } from './index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const page = {
  pageid: 1,
  ns: 0,
  title: 'A',
  lastrevid: 5,
  revisions: [{ revid: 5, slots: { main: { content: 'a' } } }],
};
const session = 'abcdefghijklmnop';

/** A wiki that only its users may read. */
async function closedWiki({ isOld = false, password = 'secret-of-the-bot' } = {}) {
  const state = {
    logins: 0,
    sessions: 0,
    expire: () => {
      state.sessions = -1;
    },
  };
  const server = await startLoopbackServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://wiki').searchParams;
    const cookie = request.headers.cookie ?? '';
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      if (asked.get('meta') === 'tokens') {
        if (isOld) return sendJson(response, { warnings: {} });
        const headers = {
          'set-cookie': 'wiki_session=first; expires=Wed, 21 Oct 2099 07:28:00 GMT; path=/',
        };
        return sendJson(response, { query: { tokens: { logintoken: 'T+\\' } } }, { headers });
      }
      if (asked.get('action') === 'login') {
        const form = new URLSearchParams(body);
        if (form.get('lgtoken') !== 'T+\\')
          return sendJson(response, { login: { result: 'NeedToken', token: 'T+\\' } });
        state.logins += 1;
        if (form.get('lgpassword') !== password || form.get('lgname') !== 'Reader@here')
          return sendJson(response, {
            login: { result: 'Failed', reason: 'Incorrect username or password.' },
          });
        state.sessions = state.logins;
        const headers = {
          'set-cookie': `wiki_session=${session}${state.logins}; path=/; HttpOnly, wiki_UserName=Reader`,
        };
        return sendJson(response, { login: { result: 'Success' } }, { headers });
      }
      const isIn =
        state.sessions > 0 && cookie.includes(`wiki_session=${session}${state.sessions}`);
      if (!isIn) {
        const code = asked.get('assert') === 'user' ? 'assertuserfailed' : 'readapidenied';
        return sendJson(response, { error: { code, info: 'You need read permission.' } });
      }
      sendJson(response, { query: { pages: [page] } });
    });
  });
  opened.push(server);
  const wiki = (
    settings = {},
    secrets: Record<string, string> = { bot_password: 'secret-of-the-bot' },
  ) => {
    const source = harness(
      mediawiki,
      {
        api_url: `${server.origin}/api.php`,
        email: 'op@example.org',
        bot_user: 'Reader@here',
        ...settings,
      },
      { secrets },
    );
    opened.push(source);
    const [item] = source.seed({ titles: ['A'] });
    if (!item) throw new Error('no item');
    return { ...source, item };
  };
  return { server, state, wiki };
}

describe('a wiki with a login', () => {
  it.each([false, true])(
    'is read signed in, once for all items (an old wiki: %s)',
    async (isOld) => {
      const { wiki, state, server } = await closedWiki({ isOld });
      const { fetch, item } = wiki();
      const outcomes = await Promise.all([fetch(item), fetch(item), fetch(item)]);
      expect(outcomes.map(({ kind }) => kind)).toEqual(['fetched', 'fetched', 'fetched']);
      expect(state.logins).toBe(1);
      // The password is in no address, and what is kept names neither it nor the session.
      expect(server.requests.map(({ url }) => url).join(' ')).not.toContain('secret-of');
      expect(JSON.stringify(outcomes)).not.toMatch(new RegExp(`secret-of|${session}`));
    },
  );

  it('is signed in to again when the session is over', async () => {
    const { wiki, state } = await closedWiki();
    const { fetch, item } = wiki();
    await fetch(item);
    state.expire();
    expect(await fetch(item)).toMatchObject({ kind: 'fetched' });
    expect(state.logins).toBe(2);
  });

  it('says why it does not let the bot in', async () => {
    const { wiki } = await closedWiki({ password: 'another one' });
    const { fetch, item } = wiki();
    expect(await fetch(item)).toMatchObject({
      kind: 'error',
      code: 'http_unauthorized',
      message: expect.stringMatching(/Incorrect username or password/),
    });
  });

  it('without a password asks nobody, and without a bot user reads as a stranger', async () => {
    const { wiki, server } = await closedWiki();
    const none = wiki({}, {});
    expect(await none.fetch(none.item)).toMatchObject({ kind: 'error', code: 'config_invalid' });
    expect(server.requests).toHaveLength(0);
    const stranger = wiki({ bot_user: undefined });
    expect(await stranger.fetch(stranger.item)).toMatchObject({
      kind: 'error',
      code: 'http_unauthorized',
    });
  });
});

describe('a wiki of long ago', () => {
  it('is read with its continuations, its flags and its texts as they were written then', async () => {
    const server = await startLoopbackServer((request, response) => {
      const asked = new URL(request.url ?? '', 'http://wiki').searchParams;
      if (asked.get('plcontinue') === '1|0|C') {
        return sendJson(response, {
          query: { pages: { 1: { pageid: 1, ns: 0, title: 'A', links: [{ ns: 0, title: 'C' }] } } },
        });
      }
      sendJson(response, {
        'query-continue': { links: { plcontinue: '1|0|C' } },
        query: {
          pages: {
            1: {
              pageid: 1,
              ns: 0,
              title: 'A',
              lastrevid: 5,
              links: [{ ns: 0, title: 'B' }],
              revisions: [{ revid: 5, '*': 'Text of A' }],
            },
            '-1': { ns: 0, title: 'Z', missing: '' },
          },
        },
      });
    });
    opened.push(server);
    const source = harness(mediawiki, {
      api_url: `${server.origin}/api.php`,
      email: 'op@example.org',
    });
    opened.push(source);
    const outcomes = await source.fetchTogether(source.seed({ titles: ['A', 'Z'] }));
    expect(outcomes).toMatchObject([
      {
        kind: 'fetched',
        payload: { links: [{ title: 'B' }, { title: 'C' }] },
        projection: { text: 'Text of A' },
        validators: { revision: '5' },
      },
      { kind: 'error', code: 'page_missing' },
    ]);
  });
});
