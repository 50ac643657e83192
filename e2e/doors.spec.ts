/** Every page, route and action that was built, found by itself, tried with no session, a forged one, each role and tokens. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { APIResponse } from '@playwright/test';
import { serverFile } from '../scripts/support/build.ts';
import { actionRules } from './support/action-rules.ts';
import { expect, test } from './support/test.ts';

test.use({ role: null });

const manifest = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(path.dirname(serverFile), '.next/server', name), 'utf8'));

const built = Object.keys(manifest('app-paths-manifest.json'));
/** Each with a page that has it: sent to another, Next answers with nothing. */
const actions = Object.entries(
  // Of Next's own making.
  manifest('server-reference-manifest.json')['node'] as Record<
    string,
    { readonly exportedName: string; readonly workers: Readonly<Record<string, unknown>> }
  >,
).map(([id, { exportedName: name, workers }]) => ({
  id,
  name,
  file: Object.keys(workers)[0]?.replace(/^app/, '') ?? '',
}));

/** Open to whoever asks, and why. A new page or route is none of them unless it is named here. */
const open = new Set([
  // Signing in, and what its page needs.
  '/sign-in/page',
  '/new-password/page',
  '/api/auth/[...nextauth]/route',
  '/icon.svg/route',
  '/apple-icon.png/route',
  '/_not-found/page',
  '/_global-error/page',
  // Probes say whether it lives, and nothing of what it holds.
  '/api/health/route',
  '/api/health/[probe]/route',
  // It describes the product, which anybody can read, and holds nothing of this deployment.
  '/api/v1/openapi.json/route',
]);

/** Ask for a token, and not for a session. */
const ofTokens = new Set(['/api/v1/[...path]/route', '/metrics/route']);
/** Without an end. */
const endless = new Set(['/api/events/stream/route']);
const ranks = { viewer: 0, operator: 1, admin: 2 };

const actionHeaders = (origin: string, id: string) => ({
  origin,
  'next-action': id,
  'content-type': 'text/plain;charset=UTF-8',
});

/** `/(console)/runs/[runId]/page` as an address. */
const addressOf = (file: string) =>
  file
    .replace(/\/(page|route)$/, '')
    .replaceAll(/\/\(\w+\)/g, '')
    .replaceAll(/\[(?:\.\.\.)?\w+\]/g, 'x') || '/';

const callers: readonly (readonly [string, Record<string, string>])[] = [
  ['nobody', {}],
  ['a forged cookie', { cookie: `next-auth.session-token=${'x'.repeat(200)}` }],
  ['a forged token', { authorization: `Bearer hlc_${'A'.repeat(43)}` }],
];

/** Refused, or sent to the sign-in page. */
function isShut(answer: APIResponse): boolean {
  const to = answer.headers()['location'] ?? '';
  return [401, 403, 404].includes(answer.status()) || /\/sign-in(?:\?|$)/.test(to);
}

test('no page and no route answers without a session', async ({ request }) => {
  const shut = built.filter((file) => !open.has(file));
  expect(shut.length).toBeGreaterThan(40);
  expect([...open].filter((file) => !built.includes(file))).toEqual([]);
  const faults: string[] = [];
  for (const file of shut) {
    for (const [who, headers] of callers) {
      const answer = await request.get(addressOf(file), { headers, maxRedirects: 0 });
      if (!isShut(answer)) faults.push(`${file} to ${who}: ${answer.status()}`);
    }
  }
  expect(faults).toEqual([]);
});

test('no action does anything without a session', async ({ request, product: { url } }) => {
  expect(actions.length).toBeGreaterThan(30);
  const faults: string[] = [];
  for (const { id, file } of actions) {
    for (const [who, headers] of callers) {
      const answer = await request.post(addressOf(file), {
        headers: { ...headers, ...actionHeaders(url, id) },
        data: '[{}]',
        maxRedirects: 0,
      });
      const text = await answer.text();
      const isRefused = /"code":"not_signed_in"/.test(text) || isShut(answer);
      if (!isRefused) {
        faults.push(`${id} to ${who}: ${answer.status()} ${text.slice(0, 200)}`);
      }
    }
  }
  expect(faults).toEqual([]);
});

const nameOf = new Map(actions.map(({ id, name }) => [id, name]));

for (const role of ['viewer', 'operator', 'admin'] as const) {
  test(`each action does for ${role === 'viewer' ? 'a' : 'an'} ${role} what the rules say, and nothing else`, async ({
    browser,
    product: { url, output },
    sessionOf,
  }) => {
    test.setTimeout(120_000);
    const context = await browser.newContext({ baseURL: url, storageState: await sessionOf(role) });
    const faults: string[] = [];
    for (const { id, name, file } of actions) {
      const rule = actionRules[name];
      if (!rule) continue;
      const answer = await context.request.post(addressOf(file), {
        headers: actionHeaders(url, id),
        data: JSON.stringify([rule.input]),
      });
      const text = await answer.text();
      const isAllowed = rule.least === 'anybody' || ranks[role] >= ranks[rule.least];
      const isRefused = /"code":"forbidden"/.test(text);
      const isAnswered = /"ok":(?:true|false)/.test(text);
      if (
        !isAnswered ||
        isRefused === isAllowed ||
        /"code":"(?:internal|not_signed_in)"/.test(text)
      ) {
        faults.push(`${name}: ${answer.status()} ${text.slice(0, 300)}`);
      }
    }
    expect(faults).toEqual([]);
    expect(output()).not.toContain('a request failed');
    await context.close();
  });
}

test('every action has a rule, and every rule an action', () => {
  expect([...new Set(nameOf.values())].toSorted()).toEqual(Object.keys(actionRules).toSorted());
});

test('no token opens a page, a route of pages or an action, whatever its scope', async ({
  browser,
  request,
  product: { url },
  sessionOf,
}) => {
  const context = await browser.newContext({
    baseURL: url,
    storageState: await sessionOf('admin'),
  });
  const create = actions.find(({ name }) => name === 'createTokenAction');
  const faults: string[] = [];
  for (const wanted of [
    { permissions: ['console:view'], sources: null },
    { permissions: ['console:view', 'users:manage', 'settings:manage'], sources: null },
    { permissions: ['console:view', 'sources:change'], sources: ['nobody'] },
  ]) {
    const made = await context.request.post(addressOf(create?.file ?? ''), {
      headers: actionHeaders(url, create?.id ?? ''),
      data: JSON.stringify([
        { ...wanted, name: `of a test ${wanted.permissions.length}`, days: 1 },
      ]),
    });
    const [token] = /hlc_[\w-]{43}/.exec(await made.text()) ?? [];
    expect(token).toBeDefined();
    const authorization = `Bearer ${token}`;
    const known = await request.get('/api/v1/sources', { headers: { authorization } });
    expect(known.status()).toBe(200);
    for (const file of built.filter((one) => !open.has(one) && !ofTokens.has(one))) {
      const answer = await request.get(addressOf(file), {
        headers: { authorization },
        maxRedirects: 0,
      });
      if (!isShut(answer)) faults.push(`${file}: ${answer.status()}`);
    }
    for (const { id, name, file } of actions) {
      const answer = await request.post(addressOf(file), {
        headers: { ...actionHeaders(url, id), authorization },
        data: JSON.stringify([actionRules[name]?.input]),
        maxRedirects: 0,
      });
      const isRefused = /"code":"not_signed_in"/.test(await answer.text()) || isShut(answer);
      if (!isRefused) faults.push(`${name}: ${answer.status()}`);
    }
  }
  expect(faults).toEqual([]);
  await context.close();
});

test('every page and route is open to the roles it is for, and kept by nobody on the way', async ({
  browser,
  product: { url, output },
  sessionOf,
}) => {
  test.setTimeout(180_000);
  const faults: string[] = [];
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const context = await browser.newContext({ baseURL: url, storageState: await sessionOf(role) });
    for (const file of built.filter(
      (one) => !open.has(one) && !endless.has(one) && !ofTokens.has(one),
    )) {
      const answer = await context.request.get(addressOf(file), {
        maxRedirects: 0,
        timeout: 20_000,
      });
      const status = answer.status();
      if (status >= 500 || status === 401) faults.push(`${file} to the ${role}: ${status}`);
      const kept = answer.headers()['cache-control'] ?? 'nothing';
      if (!/no-store/.test(kept)) faults.push(`${file} to the ${role}: cache-control ${kept}`);
    }
    await context.close();
  }
  expect(faults).toEqual([]);
  expect(output()).not.toContain('a request failed');
});
