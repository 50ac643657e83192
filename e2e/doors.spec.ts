/** Every page, route and action that was built, found by itself, tried without a session and with a forged one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { APIResponse } from '@playwright/test';
import { serverFile } from '../scripts/support/build.ts';
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
    { readonly workers: Readonly<Record<string, unknown>> }
  >,
).map(([id, { workers }]) => ({ id, file: Object.keys(workers)[0]?.replace(/^app/, '') ?? '' }));

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
        headers: {
          ...headers,
          origin: url,
          'next-action': id,
          'content-type': 'text/plain;charset=UTF-8',
        },
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
