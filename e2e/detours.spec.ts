/**
 * Ways around the doors: addresses written otherwise, methods and headers that servers in front of others believe. None
 * opens what is closed, and none makes the console fail.
 */
import { request as http } from 'node:http';
import { expect, test } from './support/test.ts';

test.use({ role: null });

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

/** Byte for byte as it is written: a browser, and `fetch`, would put the path in order first. */
const ask = (url: string, method: string, path: string, headers: Record<string, string> = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const call = http({ hostname, port, method, path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const { location = '' } = answer.headers;
        const text = Buffer.concat(parts).toString();
        resolve({ status: answer.statusCode ?? 0, location, text });
      });
    });
    call.on('error', reject).end();
  });

/** What is closed, and what of it would be seen if it were open. */
const closed = [
  ['/settings', 'Users'],
  ['/audit', 'user.sign-in'],
  ['/api/live', 'generation'],
  ['/api/v1/sources', 'sourceId'],
  ['/api/export/work-items', 'work_item_id'],
] as const;

/** The same address, as something on the way might read it. */
const written: readonly ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => `//evil.example${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}/.`,
  (path) => `/.${path}`,
  (path) => `/sign-in/..${path}`,
  (path) => `/sign-in/%2e%2e${path}`,
  (path) => `/sign-in/..;${path}`,
  (path) => `/sign-in;x=1/..${path}`,
  (path) => `/_next/static/../..${path}`,
  (path) => `/_next/static/%2e%2e/%2e%2e${path}`,
  (path) => `/icon.svg/..${path}`,
  (path) => `/api/health/../..${path}`,
  (path) => path.toUpperCase(),
  (path) => `/${path.slice(1, 2).toUpperCase()}${path.slice(2)}`,
  (path) => `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
  (path) => `/%25${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
  (path) => path.replace(/\/(\w+)$/, '%2f$1'),
  (path) => path.replace(/\/(\w+)$/, '\\$1'),
  (path) => path.replace(/\/(\w+)$/, '%5c$1'),
  (path) => `${path}%00`,
  (path) => `${path}%0a`,
  (path) => `${path}%20`,
  (path) => `${path}?.svg`,
  (path) => `${path};.svg`,
  (path) => `${path}.svg`,
  (path) => `${path}.json`,
  (path) => `${path}.rsc`,
  (path) => `${path}.txt?_rsc=1`,
  (path) => `${path}.segments/_tree.segment.rsc`,
  (path) => `/_next/data/build${path}.json`,
  (path) => `/_next/image?url=${encodeURIComponent(path)}&w=640&q=75`,
  (path) => `http://localhost${path}`,
  (path) => `http://evil.example${path}`,
  (path) => `${path}#/sign-in`,
  (path) => `${path}?next=/sign-in&next=/`,
  (path) => `${path}?nextauth=session`,
  (path) => `/${'a/../'.repeat(200)}${path.slice(1)}`,
];

/** What a server behind others might take for more than a stranger's word. */
const believed: readonly Readonly<Record<string, string>>[] = [
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
  { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware' },
  { 'x-middleware-rewrite': '/settings' },
  { 'x-middleware-next': '1' },
  { 'x-middleware-request-x-holocron-peer': '127.0.0.1' },
  { 'x-middleware-override-headers': 'cookie' },
  { 'x-nextjs-data': '1' },
  { 'x-invoke-path': '/settings' },
  { 'x-invoke-status': '200' },
  { 'x-matched-path': '/sign-in' },
  { 'x-original-url': '/sign-in' },
  { 'x-rewrite-url': '/sign-in' },
  { 'x-forwarded-prefix': '/sign-in' },
  { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https' },
  { 'x-real-ip': '127.0.0.1', 'x-user-id': '1', 'x-remote-user': 'admin' },
  { 'x-http-method-override': 'PUT', 'x-method-override': 'DELETE' },
  { authorization: 'Basic YWRtaW46YWRtaW4=' },
  { authorization: 'Bearer null' },
  { authorization: 'Bearer' },
  { cookie: 'next-auth.session-token=' },
  { cookie: `next-auth.session-token=${'A'.repeat(4_000)}` },
  { cookie: 'next-auth.session-token.0=a; next-auth.session-token.1=b' },
  { cookie: '__Host-next-auth.session-token=a; next-auth.session-token=b' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-router-state-tree': '%5B%22%22%5D' },
  { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
  { 'next-action': '0'.repeat(42) },
  { host: 'localhost@evil.example' },
  { host: 'evil.example:99999' },
  { host: '' },
];

/** Nothing of what is closed, and nothing that failed; a way to the sign-in, of this console, may be. */
function faultOf(what: string, { status, location, text }: Answer, seen: string): string[] {
  if (status >= 500) return [`${what}: ${status}`];
  if (text.includes(seen) && !text.includes('Sign in to the console')) return [`${what}: opened`];
  if (location !== '' && URL.parse(location, 'http://localhost')?.hostname !== 'localhost')
    return [`${what}: leads to ${location}`];
  return [];
}

test('an address written otherwise opens nothing', async ({ product: { url } }) => {
  const faults: string[] = [];
  for (const [path, seen] of closed) {
    for (const write of written) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
        const given = write(path);
        const answer = await ask(url, method, given, { origin: url });
        faults.push(...faultOf(`${method} ${given.slice(0, 120)}`, answer, seen));
      }
    }
  }
  expect(faults).toEqual([]);
});

test('no header opens anything, or makes it fail', async ({ product: { url, output } }) => {
  const faults: string[] = [];
  for (const [path, seen] of closed) {
    for (const headers of believed) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const answer = await ask(url, method, path, headers);
        const what = `${method} ${path} ${JSON.stringify(headers).slice(0, 120)}`;
        faults.push(...faultOf(what, answer, seen));
        if (answer.status === 200 && method === 'GET') faults.push(`${what}: 200`);
      }
    }
  }
  expect(faults).toEqual([]);
  expect(output()).not.toMatch(/"level":(?:50|60)/);
});

test('a file that is only asked about is not kept open', async ({
  sessionOf,
  browser,
  product,
}) => {
  const state = await sessionOf('admin');
  const context = await browser.newContext({ baseURL: product.url, storageState: state });
  for (const path of ['/api/events/stream', '/api/export/audit', '/api/export/report']) {
    // As many as one person may have open, and one more; fewer where each is costly.
    const times = path.includes('export') ? 3 : 21;
    for (let sent = 0; sent < times; sent += 1) {
      expect((await context.request.fetch(path, { method: 'HEAD' })).status(), path).toBe(200);
    }
  }
  // Three exports may be open, and what they cost has to come back first.
  await expect
    .poll(async () => (await context.request.get('/api/export/work-items')).status(), {
      timeout: 60_000,
    })
    .toBe(200);
  await context.close();
});
