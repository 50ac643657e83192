/**
 * Every setting in which a person or a program types an address, with addresses of networks that nobody allowed: nothing
 * is sent there, and it is said so. What the environment names (docs/security.md) is the operator's and is asked.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, apiWorld } from '#test/api.ts';
import { type ContractDatabase, contractEngines } from '#test/db/contract-engines.ts';
import { type LoopbackServer, startLoopbackServer } from '#test/loopback-server.ts';

/** Ways to write this machine; each answers at the port of the server that waits there. */
const ofThisMachine = [
  '127.0.0.1',
  '127.1',
  '0177.0.0.1',
  '2130706433',
  '0x7f000001',
  '017700000001',
  '１２７.０.０.１',
  '127。0。0。1',
  'localhost',
  'LOCALHOST',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '0.0.0.0',
];
/** Who hands out keys to whoever asks from inside. */
const metadata = ['169.254.169.254', '168.63.129.16', '[fd00:ec2::254]', '100.100.100.200'];

type Typing = (origin: string) => object;

const source = (type: string, settings: object, seed: object) => ({
  ...{ name: 'tried', type, settings: { rate_limit_delay: 0, timeout: 5, ...settings } },
  seeds: [seed],
});
const page = { urls: ['https://example.org/'] };
/** By what it is called where it is typed. */
const sources: Readonly<Record<string, Typing>> = {
  'a page': (origin) => source('http', { respect_robots: false }, { urls: [`${origin}/`] }),
  'a robots.txt': (origin) => source('http', {}, { urls: [`${origin}/`] }),
  'a base address': (origin) =>
    source('http', { base_url: `${origin}/`, respect_robots: false }, { urls: ['/a'] }),
  'the address of tokens': (origin) => ({
    ...source(
      'http',
      {
        base_url: 'https://example.org/',
        respect_robots: false,
        authentication: { by: 'oauth2', token_url: `${origin}/token`, client_id: 'c' },
      },
      page,
    ),
    secrets: { client_secret: 'secret' },
  }),
  'a sitemap': (origin) =>
    source('http', { respect_robots: false }, { sitemaps: [`${origin}/sitemap.xml`] }),
  'a wiki': (origin) =>
    source(
      'mediawiki',
      { api_url: `${origin}/api.php`, email: 'op@example.org' },
      { titles: ['A'] },
    ),
  'an OpenAlex': (origin) =>
    source('openalex', { base_url: origin }, { work_ids: ['W2741809807'] }),
  'a feed': (origin) => source('feed', { respect_robots: false }, { feeds: [`${origin}/feed`] }),
};
const channels = ['webhook', 'slack', 'teams'];

describe.each(contractEngines())('an address that is typed, on $name', (engine) => {
  let database: ContractDatabase;
  let world: ApiWorld;
  let token: string;
  let inside: LoopbackServer;
  beforeAll(async () => {
    database = await engine.create();
    world = await apiWorld(database.db);
    token = await world.token('admin', { isKept: true });
    inside = await startLoopbackServer((_, response) => void response.end('{"access_token":"x"}'));
  });
  afterAll(async () => {
    await world?.close();
    await database?.dispose();
    await inside?.close();
  });

  const origins = () => {
    const { port } = new URL(inside.origin);
    return [
      ...ofThisMachine.map((host) => `http://${host}:${port}`),
      ...metadata.map((host) => `http://${host}`),
    ];
  };
  const told = async (path: string, body?: object) => {
    const response = await world.ask(token, { method: 'POST', path, body });
    return { status: response.status, text: await response.text() };
  };

  it.each(Object.entries(sources))(
    'of %s leads to no network that is not allowed',
    async (_, typing) => {
      for (const origin of origins()) {
        const { status, text } = await told('/sources/test', typing(origin));
        expect(text, `${origin}: ${status}`).toMatch(/egress_address_refused/);
      }
      expect(inside.requests).toHaveLength(0);
    },
  );

  it.each(channels)('of a channel of %s leads to no network that is not allowed', async (kind) => {
    for (const origin of origins()) {
      const channel = { name: kind, kind, address: `${origin}/x`, alerts: true, runEnds: false };
      const made = await told('/channels', channel);
      expect(made.status, `${origin}: ${made.text}`).toBe(201);
      const { channelId } = JSON.parse(made.text);
      const { text } = await told(`/channels/${channelId}/test`);
      expect(JSON.parse(text), origin).toEqual({ ok: false, words: 'egress_address_refused' });
      await database.db.q.deleteFrom('notice_channels').execute();
    }
    expect(inside.requests).toHaveLength(0);
  });
});
