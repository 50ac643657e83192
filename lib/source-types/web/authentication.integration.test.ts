import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/json.ts';
import { harness } from '#test/fetch-harness.ts';
import { bodyOf, type Respond, sendJson, startLoopbackServer } from '#test/loopback-server.ts';
import { http } from '../http/index.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function serve(respond: Respond) {
  const server = await startLoopbackServer(respond);
  opened.push(server);
  return server;
}

function sourceOf(
  origin: string,
  authentication: JsonObject,
  secrets: Readonly<Record<string, string>>,
  settings: JsonObject = {},
) {
  const all = { base_url: `${origin}/`, response: 'json', authentication, ...settings };
  const source = harness(http, all, { secrets });
  opened.push(source);
  const fetchPath = (path: string) => {
    const [item] = source.seed({ urls: [path] });
    if (!item) throw new Error('no item');
    return source.fetch(item);
  };
  return { ...source, fetchPath };
}

const secret = 's3cr3t-value-0123';

describe('a source that signs in', () => {
  it.each<[string, JsonObject, string, (asked: { url: string; headers: JsonObject }) => unknown]>([
    ['header', { by: 'header', name: 'X-Api-Key' }, 'key', ({ headers }) => headers['x-api-key']],
    [
      'query',
      { by: 'query', name: 'k' },
      'key',
      ({ url }) => new URL(url, 'http://x').searchParams.get('k'),
    ],
    [
      'bearer',
      { by: 'bearer' },
      'token',
      ({ headers }) => String(headers['authorization']).replace('Bearer ', ''),
    ],
    ['authorization', {}, 'authorization', ({ headers }) => headers['authorization']],
    [
      'basic',
      { by: 'basic', user: 'luke' },
      'password',
      ({ headers }) =>
        Buffer.from(String(headers['authorization']).replace('Basic ', ''), 'base64')
          .toString()
          .replace(/^luke:/, ''),
    ],
  ])('by %s sends its secret, and keeps it nowhere', async (_, authentication, name, sent) => {
    const server = await serve((asked, response) =>
      sendJson(
        response,
        { you: asked.headers, at: asked.url },
        { headers: { link: `<${asked.url}>; rel=next` } },
      ),
    );
    const source = sourceOf(server.origin, authentication, { [name]: secret });
    const outcome = await source.fetchPath('items?page=1');
    expect(outcome).toMatchObject({
      kind: 'fetched',
      facts: { requestUri: `${server.origin}/items?page=1` },
    });
    const [asked] = server.requests;
    if (!asked) throw new Error('nothing was asked');
    expect(sent({ url: asked.url ?? '', headers: { ...asked.headers } as JsonObject })).toBe(
      secret,
    );
    expect(JSON.stringify(outcome)).not.toContain(secret);
    expect(JSON.stringify(outcome)).not.toContain(Buffer.from(`luke:${secret}`).toString('base64'));
  });

  it('takes a token with the word before it, and a password in any letters', async () => {
    const server = await serve((asked, response) => sendJson(response, asked.headers));
    const token = sourceOf(server.origin, { by: 'bearer' }, { token: `bearer ${secret}` });
    await token.fetchPath('a');
    const basic = sourceOf(server.origin, { by: 'basic', user: 'l' }, { password: 'pässwörd' });
    expect(JSON.stringify(await basic.fetchPath('b'))).not.toContain('pässwörd');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${secret}`,
      `Basic ${Buffer.from('l:pässwörd').toString('base64')}`,
    ]);
  });

  it('sends it to no other host, by seed, link or redirect', async () => {
    const other = await serve((_, response) => sendJson(response, {}));
    const server = await serve((_, response) => {
      response.writeHead(302, { location: `${other.origin}/moved` }).end();
    });
    const source = sourceOf(server.origin, { by: 'header' }, { key: secret });
    await source.fetchPath('a');
    await source.fetchPath(`${other.origin}/seed`);
    expect(server.requests[0]?.headers['x-api-key']).toBe(secret);
    expect(other.requests.map(({ url }) => url)).toEqual(['/moved', '/seed']);
    expect(JSON.stringify(other.requests.map(({ headers }) => headers))).not.toContain(secret);
  });

  it('finds links without the key that its server writes into them', async () => {
    const server = await serve((_, response) =>
      sendJson(response, { items: [{ url: `/i/1?key=${secret}&v=2` }, { url: '/i/2?key=other' }] }),
    );
    const source = sourceOf(
      server.origin,
      { by: 'query', name: 'key' },
      { key: secret },
      {
        discovery: { enabled: true, links: ['$.items[*].url'] },
      },
    );
    const [item] = source.seed({ urls: ['a'] });
    if (!item) throw new Error('no item');
    const outcome = await source.fetch(item);
    if (outcome.kind !== 'fetched') throw new Error(`was ${outcome.kind}`);
    const found = http.discover(item, outcome.payload, source.context);
    expect(found.map(({ requestUri }) => requestUri)).toEqual([
      `${server.origin}/i/1?v=2`,
      `${server.origin}/i/2`,
    ]);
  });

  it('says that its secret is not stored, and asks nothing', async () => {
    const server = await serve((_, response) => sendJson(response, {}));
    const source = sourceOf(server.origin, { by: 'bearer' }, {});
    expect(await source.fetchPath('a')).toMatchObject({
      kind: 'error',
      code: 'config_invalid',
      message: expect.stringContaining('"token"'),
    });
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['https://x.example/?api_key=1', {}],
    ['https://x.example/?Access_Token=1', {}],
    ['https://x.example/?k=1', { by: 'query', name: 'k' }],
  ])('refuses a seed that carries a key: %s', (address, authentication) => {
    const source = sourceOf('https://x.example', authentication, {});
    expect(() => source.seed({ urls: [address] })).toThrow(/carries a secret/);
  });
});

describe('a source that signs in by oauth2', () => {
  /** A token server whose tokens count up; those that are in `revoked` are refused. */
  async function guardedApi(answer: (count: number) => JsonObject = () => ({})) {
    const asked: { authorization: string | undefined; body: string }[] = [];
    const revoked = new Set<string>();
    const tokens = await serve(async (request, response) => {
      asked.push({ authorization: request.headers.authorization, body: await bodyOf(request) });
      const token = {
        access_token: `t0ken-${asked.length}`,
        token_type: 'Bearer',
        expires_in: 3600,
      };
      sendJson(response, { ...token, ...answer(asked.length) });
    });
    const api = await serve((request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      if (!token.startsWith('t0ken-') || revoked.has(token)) response.writeHead(401).end(token);
      else sendJson(response, { hello: token });
    });
    const settings = {
      by: 'oauth2',
      token_url: `${tokens.origin}/token`,
      client_id: 'client:1',
      scope: 'read write',
    };
    return { asked, revoked, tokens, api, settings };
  }

  it('fetches one token for many requests, also at the same time', async () => {
    const { asked, api, settings } = await guardedApi();
    const source = sourceOf(api.origin, settings, { client_secret: secret });
    const outcomes = await Promise.all(['a', 'b', 'c'].map(source.fetchPath));
    outcomes.push(await source.fetchPath('d'));
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(4).fill('fetched'));
    expect(asked).toEqual([
      {
        authorization: `Basic ${Buffer.from(`client%3A1:${secret}`).toString('base64')}`,
        body: 'grant_type=client_credentials&scope=read+write',
      },
    ]);
    expect(JSON.stringify(outcomes)).not.toMatch(/t0ken|s3cr3t/);
  });

  it('sends id and secret in the body where the server wants them there', async () => {
    const { asked, api, settings } = await guardedApi();
    const source = sourceOf(
      api.origin,
      { ...settings, client_in: 'body' },
      { client_secret: secret },
    );
    await source.fetchPath('a');
    expect(asked[0]?.authorization).toBeUndefined();
    expect(new URLSearchParams(asked[0]?.body).get('client_secret')).toBe(secret);
  });

  it('renews a token before its end, and one that is refused once', async () => {
    const soon = await guardedApi(() => ({ expires_in: 0.000_001 }));
    const short = sourceOf(soon.api.origin, soon.settings, { client_secret: secret });
    await short.fetchPath('a');
    await short.fetchPath('b');
    expect(soon.asked).toHaveLength(2);

    const { asked, revoked, api, settings } = await guardedApi();
    const source = sourceOf(api.origin, settings, { client_secret: secret });
    await source.fetchPath('a');
    revoked.add('t0ken-1');
    expect(await source.fetchPath('b')).toMatchObject({ kind: 'fetched' });
    expect(asked).toHaveLength(2);
    for (const token of ['t0ken-2', 't0ken-3']) revoked.add(token);
    expect(await source.fetchPath('c')).toMatchObject({ kind: 'error', code: 'http_unauthorized' });
    expect(asked).toHaveLength(3);
  });

  it('says what the token server says, without the secret', async () => {
    const tokens = await serve((_, response) =>
      sendJson(
        response,
        { error: 'invalid_client', error_description: `bad secret ${secret}` },
        { status: 401 },
      ),
    );
    const api = await serve((_, response) => sendJson(response, {}));
    const settings = { by: 'oauth2', token_url: `${tokens.origin}/t`, client_id: 'c' };
    const source = sourceOf(api.origin, settings, { client_secret: secret });
    const outcome = await source.fetchPath('a');
    expect(outcome).toMatchObject({ kind: 'error', code: 'http_unauthorized' });
    expect(outcome).toHaveProperty('message', expect.stringContaining('invalid_client'));
    expect(JSON.stringify(outcome)).not.toContain(secret);
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['no JSON', 'hello'],
    ['no token', '{"token_type":"bearer"}'],
    ['another kind of token', '{"access_token":"abc","token_type":"mac"}'],
    ['a page', '<html>access_token=abc</html>'],
    ['a token that is no header', '{"access_token":"a\\r\\nb","token_type":"bearer"}'],
  ])('fails the attempt for an answer with %s', async (_, body) => {
    const tokens = await serve((__, response) => void response.end(body));
    const settings = { by: 'oauth2', token_url: `${tokens.origin}/t`, client_id: 'c' };
    const source = sourceOf(tokens.origin, settings, { client_secret: `${secret}${body.length}` });
    expect(await source.fetchPath('a')).toMatchObject({ kind: 'error', code: 'payload_invalid' });
  });

  it.each<[string, number, string]>([
    ['without its kind', 200, '{"access_token":"tok-1"}'],
    ['as created', 201, '{"access_token":"tok-1","token_type":"Bearer"}'],
    ['behind a mark', 200, '\uFEFF{"access_token":"tok-1","token_type":"bearer"}'],
    ['as a form', 200, 'scope=&token_type=bearer&access_token=tok-1\n'],
    ['with a lifetime that is none', 200, '{"access_token":"tok-1","expires_in":"soon"}'],
  ])('takes a token that comes %s', async (_, status, body) => {
    const tokens = await serve((__, response) => void response.writeHead(status).end(body));
    const api = await serve((__, response) => sendJson(response, {}));
    const settings = { by: 'oauth2', token_url: `${tokens.origin}/t`, client_id: 'c' };
    const source = sourceOf(api.origin, settings, { client_secret: secret });
    expect(await source.fetchPath('a')).toMatchObject({ kind: 'fetched' });
    expect(api.requests[0]?.headers.authorization).toBe('Bearer tok-1');
  });

  it.each(['{"error":"invalid_client"}', 'error=invalid_client&error_description=No'])(
    'says what is wrong where it is told with status 200: %s',
    async (body) => {
      const tokens = await serve((_, response) => void response.end(body));
      const settings = { by: 'oauth2', token_url: `${tokens.origin}/t`, client_id: 'c' };
      const source = sourceOf(tokens.origin, settings, { client_secret: secret });
      expect(await source.fetchPath('a')).toMatchObject({
        kind: 'error',
        code: 'http_unauthorized',
        message: expect.stringContaining('invalid_client'),
      });
    },
  );

  it('is renewed where 403 says that it is not valid', async () => {
    let given = 0;
    const tokens = await serve((_, response) => {
      given += 1;
      sendJson(response, { access_token: `tok-${given}`, token_type: 'Bearer' });
    });
    const api = await serve((asked, response) => {
      const status = asked.headers.authorization === 'Bearer tok-2' ? 200 : 403;
      const headers = { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' };
      sendJson(response, {}, { status, headers });
    });
    const settings = { by: 'oauth2', token_url: `${tokens.origin}/t`, client_id: 'c' };
    const source = sourceOf(api.origin, settings, { client_secret: secret });
    expect(await source.fetchPath('a')).toMatchObject({ kind: 'fetched' });
  });

  it('sends the client secret along no redirect', async () => {
    const other = await serve((_, response) => sendJson(response, {}));
    const tokens = await serve((_, response) => {
      response.writeHead(307, { location: other.origin }).end();
    });
    const settings = {
      by: 'oauth2',
      token_url: `${tokens.origin}/t`,
      client_id: 'c',
      client_in: 'body',
    };
    const source = sourceOf(tokens.origin, settings, { client_secret: secret });
    expect(await source.fetchPath('a')).toMatchObject({
      kind: 'error',
      message: expect.stringContaining(`redirects to ${other.origin}`),
    });
    expect(other.requests).toEqual([]);
  });
});

describe('settings', () => {
  it.each<[JsonObject, string]>([
    [{ authentication: { by: 'bearer' } }, 'base_url'],
    [{ base_url: 'https://x.example', authentication: { by: 'basic' } }, 'authentication.user'],
    [
      { base_url: 'https://x.example', authentication: { by: 'oauth2', client_id: 'c' } },
      'authentication.token_url',
    ],
    [
      { base_url: 'https://x.example', authentication: { by: 'header', name: 'Host' } },
      'authentication.name',
    ],
    [{ headers: { 'X-API-Key': 'abc' } }, 'headers.X-API-Key'],
    [{ headers: { Cookie: 'abc' } }, 'headers.Cookie'],
  ])('%j are refused at the field', (settings, path) => {
    const result = http.settingsSchema.safeParse(settings);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('name the origins that secrets may go to', () => {
    const settings = http.settingsSchema.parse({
      base_url: 'https://api.example/v1/',
      authentication: { by: 'oauth2', token_url: 'https://login.example/t', client_id: 'c' },
    });
    expect(http.secretOrigins(settings)).toEqual(['https://api.example', 'https://login.example']);
  });
});
