/** More of what an attacker tries: cookies planted beforehand, requests of other sites, names of other hosts, pollution. */
import { request as http } from 'node:http';
import { accounts, password } from './support/accounts.ts';
import { expect, test } from './support/test.ts';

test.use({ role: null });

const cookieName = 'next-auth.session-token';

interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Byte for byte as it is written here, whatever a browser would make of it. */
const sendTo =
  (url: string) =>
  ({ method = 'GET', path, headers = {}, body = '' }: Raw) =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
      (resolve, reject) => {
        const { hostname, port } = new URL(url);
        const call = http({ hostname, port, method, path, headers }, (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              text: Buffer.concat(parts).toString(),
            }),
          );
        });
        call.on('error', reject).end(body);
      },
    );

/** Signs in with a browser that already holds cookies; the cookie of the session that begins. */
async function signIn(url: string, email: string, held = '', secret = password) {
  const send = sendTo(url);
  const csrf = await send({
    path: '/api/auth/csrf',
    ...(held ? { headers: { cookie: held } } : {}),
  });
  const given = [csrf.headers['set-cookie'] ?? []].flat().map((one) => one.split(';', 1)[0]);
  const answer = await send({
    method: 'POST',
    path: '/api/auth/callback/credentials',
    headers: {
      origin: url,
      cookie: [held, ...given].filter(Boolean).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({
      csrfToken: JSON.parse(csrf.text).csrfToken,
      ...{ json: 'true', email, password: secret },
    }).toString(),
  });
  const set = [answer.headers['set-cookie'] ?? []].flat();
  const session = set.find((one) => one.startsWith(cookieName))?.split(';', 1)[0] ?? '';
  return { status: answer.status, session, text: answer.text };
}

const who = async (url: string, cookie: string): Promise<string | undefined> => {
  const { text } = await sendTo(url)({ path: '/api/auth/session', headers: { cookie } });
  return JSON.parse(text).user?.email;
};

test('a session that somebody planted is not the one that signing in begins', async ({
  product: { url },
}) => {
  const thief = await signIn(url, accounts.viewer);
  expect(await who(url, thief.session)).toBe(accounts.viewer);
  const victim = await signIn(url, accounts.operator, thief.session);
  expect(victim.session).not.toBe('');
  expect(victim.session).not.toBe(thief.session);
  expect(await who(url, victim.session)).toBe(accounts.operator);
  expect(await who(url, thief.session)).toBe(accounts.viewer);
  const forged = await signIn(url, accounts.operator, `${cookieName}=${'x'.repeat(300)}`);
  expect(await who(url, forged.session)).toBe(accounts.operator);
});

test('cookies of one name beside each other open nobody’s session but one of theirs', async ({
  product: { url, output },
}) => {
  const { session } = await signIn(url, accounts.viewer);
  for (const cookie of [
    `${cookieName}=forged; ${session}`,
    `${session}; ${cookieName}=forged`,
    `${cookieName}.0=forged; ${session}`,
    `${session}; ${cookieName}.0=a; ${cookieName}.1=b`,
    `${cookieName}=; ${session}`,
    `${cookieName}=%00; ${cookieName}=%E0%A4%A`,
    `${'a'.repeat(7_000)}=1; ${session}`,
  ]) {
    for (const path of ['/api/live', '/runs', '/api/auth/session']) {
      const { status } = await sendTo(url)({ path, headers: { cookie } });
      expect(status, `${cookie.slice(0, 80)} ${path}`).toBeLessThan(500);
    }
    const found = await who(url, cookie);
    expect([undefined, accounts.viewer]).toContain(found);
  }
  expect(output()).not.toMatch(/a request failed|Unhandled/);
});

test('no other site signs anybody out, and a cookie is nothing to the API', async ({
  product: { url },
}) => {
  const { session } = await signIn(url, accounts.admin);
  const send = sendTo(url);
  const form = 'application/x-www-form-urlencoded';
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `${url}.evil.example` },
    { origin: url, 'sec-fetch-site': 'cross-site' },
    { origin: url, 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[]) {
    const path = '/api/auth/signout';
    const given = { ...headers, cookie: session, 'content-type': form };
    const { status } = await send({ method: 'POST', path, headers: given, body: 'json=true' });
    expect(status, JSON.stringify(headers)).toBe(403);
  }
  await send({ path: '/api/auth/signout', headers: { cookie: session } });
  expect(await who(url, session)).toBe(accounts.admin);
  for (const [method, path] of [
    ['GET', '/api/v1/sources'],
    ['POST', '/api/v1/runs'],
    ['DELETE', '/api/v1/stop'],
    ['GET', '/api/v1/records/x/bytes'],
  ] as const) {
    const answer = await send({ method, path, headers: { cookie: session, origin: url } });
    expect(answer.status, path).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'token_invalid' });
  }
});

test('no host that a request names gets into an answer', async ({ product: { url } }) => {
  const send = sendTo(url);
  const { session } = await signIn(url, accounts.viewer);
  for (const headers of [
    { host: 'evil.example' },
    { host: 'evil.example:80' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    { forwarded: 'host=evil.example' },
    { 'x-original-url': '//evil.example', 'x-rewrite-url': '//evil.example' },
  ] as Record<string, string>[]) {
    for (const path of ['/runs', '/sign-in', '/api/auth/signin', '/api/auth/providers', '/']) {
      for (const cookie of ['', session]) {
        const answer = await send({ path, headers: { ...headers, ...(cookie ? { cookie } : {}) } });
        const what = `${path} ${JSON.stringify(headers)}`;
        expect(answer.status, what).toBeLessThan(500);
        expect(String(answer.headers['location'] ?? ''), what).not.toMatch(/evil/);
        expect(answer.text, what).not.toMatch(/https?:\/\/evil/);
      }
    }
  }
});

test('nothing that a request names as the way leads to another site', async ({
  product: { url, output },
}) => {
  const send = sendTo(url);
  const { session } = await signIn(url, accounts.viewer);
  const ways = [
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\r\n/evil.example',
    '/.//evil.example',
    '/%2f%2fevil.example',
    '/%252f%252fevil.example',
    'https:evil.example',
    'https://evil.example',
    `${url}@evil.example`,
    `${url}.evil.example`,
    `${url}//evil.example`,
    'javascript:alert(1)',
    'data:text/html,x',
  ];
  const own = new URL(url).origin;
  const leads = (location: string) => new URL(location, `${url}/sign-in`).origin;
  for (const way of ways) {
    const encoded = encodeURIComponent(way);
    for (const path of [
      `/sign-in?next=${encoded}`,
      `/sign-in?next=${encodeURIComponent(encoded)}`,
      `/sign-in?next=/runs&next=${encoded}`,
      `/sign-in?callbackUrl=${encoded}`,
      `/api/auth/signin?callbackUrl=${encoded}`,
      `/api/auth/signout?callbackUrl=${encoded}`,
      `/new-password?next=${encoded}`,
      `/api/auth/error?callbackUrl=${encoded}`,
    ]) {
      for (const cookie of ['', session]) {
        const answer = await send({ path, ...(cookie ? { headers: { cookie } } : {}) });
        expect(answer.status, path).toBeLessThan(500);
        const location = answer.headers['location'];
        if (location !== undefined) expect(leads(String(location)), path).toBe(own);
      }
    }
    const csrf = await send({ path: '/api/auth/csrf' });
    const given = [csrf.headers['set-cookie'] ?? []].flat().map((one) => one.split(';', 1)[0]);
    const posted = await send({
      method: 'POST',
      path: '/api/auth/callback/credentials',
      headers: {
        ...{ origin: url, cookie: given.join('; ') },
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        csrfToken: JSON.parse(csrf.text).csrfToken,
        ...{ email: accounts.viewer, password, callbackUrl: way },
      }).toString(),
    });
    expect(posted.status, way).toBeLessThan(500);
    const location = String(posted.headers['location'] ?? '/');
    expect(leads(location), `signing in with callbackUrl ${JSON.stringify(way)}`).toBe(own);
  }
  // Anybody can ask so: it is no fault, and has no stack in the log.
  expect(output()).not.toMatch(/internal error|⨯/);
});

test('names and passwords of any shape are wrong, and nothing worse', async ({
  product: { url, output },
}) => {
  const tried: [string, string][] = [
    [accounts.viewer, 'x'.repeat(200_000)],
    [accounts.viewer, '\ufdfa'.repeat(20_000)],
    [accounts.viewer, '\u0000'],
    ['x'.repeat(100_000), password],
    [`${'x'.repeat(400)}@example.org`, password],
    ['\u0000@example.org', password],
    ['viewer@example.org\u0000', password],
  ];
  for (const [email, secret] of tried) {
    const { status, session } = await signIn(url, email, '', secret);
    expect(status, JSON.stringify(email.slice(0, 30))).toBe(401);
    expect(session).toBe('');
  }
  const mixed = await signIn(url, ` ${accounts.operator.toUpperCase()} `);
  expect(await who(url, mixed.session)).toBe(accounts.operator);
  expect(output()).not.toMatch(/internal error|a request failed/);
});

test('parameters that are given twice, of other lists or of other people are read once or refused', async ({
  product: { url, output },
}) => {
  const { session } = await signIn(url, accounts.viewer);
  for (const path of [
    '/work-items?source=a&source=b&status=failed&status=x&cursor=a&cursor=b',
    '/runs?status=running&status=failed&cursor=x&cursor=y',
    '/records?source=a&source=b&dir=asc&dir=desc',
    '/audit?actor=a&actor=b',
    '/hosts?name=a&name=b&cursor=__proto__',
    '/work-items?__proto__[a]=1&constructor=x&toString=y',
    '/failures?window=24h&window=7d',
    '/sources?q=a&q=b',
    '/runs/compare?a=x&a=y&b=__proto__',
    '/forecast?window=7d&window=24h',
    '/report?month=2026-01&month=x',
    '/work-items/01980000-0000-7000-8000-000000000001?tab=a&tab=b',
    '/api/search?q=aa&q=bb',
    '/api/events?runId=a&runId=b',
  ]) {
    const { status } = await sendTo(url)({ path, headers: { cookie: session } });
    expect(status, path).toBeLessThan(500);
  }
  expect(output()).not.toMatch(/a request failed/);
});
