/**
 * Somebody of one source, on every page and route that was built, found by itself: nothing of another source is there,
 * which has left traces everywhere.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { APIRequestContext } from '@playwright/test';
import { createUser } from '#lib/access/users.ts';
import { systemActor } from '#lib/actor/model.ts';
import { mute } from '#lib/alerts/mutes.ts';
import { newId } from '#lib/ids.ts';
import { launchBulkAction } from '#lib/items/bulk/launch.ts';
import { loadConfig } from '#lib/load-config.ts';
import { launchRun } from '#lib/runs/launch-run.ts';
import { secretBoxOf } from '#lib/runtime.ts';
import { saveSchedule } from '#lib/schedules/schedules.ts';
import { commentOnSource } from '#lib/sources/comments.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { givenAlert, givenQuarantine } from '#test/attention.ts';
import { givenTraces } from '#test/traces.ts';
import type { Db } from '../db/engine.ts';
import { openDatabase } from '../db/open.ts';
import { serverFile } from '../scripts/support/build.ts';
import { password } from './support/accounts.ts';
import { pages } from './support/pages.ts';
import type { Product } from './support/product.ts';
import { expect, test } from './support/test.ts';

test.use({ role: null });

const mine = 'sichtbar';
const canary = 'kanarie';
const email = 'of-one-source@example.org';
const ana = systemActor('ana');

const built = Object.keys(
  JSON.parse(
    readFileSync(
      path.join(path.dirname(serverFile), '.next/server/app-paths-manifest.json'),
      'utf8',
    ),
  ),
);

/** What of the deployment is for nobody of some sources. */
const refused = ['/workers', '/forecast', '/storage', '/audit', '/settings/database'];

/** Links of a drawn page to what refuses the person. */
const closedLinks = (html: string): string[] =>
  [...html.matchAll(/<a [^>]*href="([^"]*)"/g)]
    .map(([, href = '']) => href)
    .filter((href) => refused.some((address) => new RegExp(`^${address}(?:[/?#]|$)`).test(href)));

/** A source that has run, with something of everything about it. Its ids, by the names of parameters. */
async function givenAll(db: Db, product: Product, name: string) {
  const secretBox = secretBoxOf(loadConfig({ env: product.env }));
  const { sourceId } = await saveSource(
    db,
    ana,
    {
      name,
      type: 'test',
      enabled: true,
      settings: {
        resources: 6,
        fail_ids: ['test_resource_003'],
        max_retries: 0,
        rate_limit_delay: 0,
      },
      seeds: [{}],
    },
    { secretBox },
  );
  const { runId } = await launchRun(db, ana, {
    kind: 'seed',
    name: `Run of ${name}`,
    sources: [name],
  });
  await expect
    .poll(
      async () =>
        (
          await db.q
            .selectFrom('ingest_runs')
            .select('status')
            .where('run_id', '=', runId)
            .executeTakeFirst()
        )?.status,
      { timeout: 60_000 },
    )
    .toBe('completed');
  const { work_item_id: workItemId } = await db.q
    .selectFrom('work_items')
    .select('work_item_id')
    .where('source_name', '=', name)
    .where('status', '=', 'failed')
    .executeTakeFirstOrThrow();
  const { ingest_id: ingestId } = await db.q
    .selectFrom('IngestRecords')
    .select('ingest_id')
    .where('source_name', '=', name)
    .executeTakeFirstOrThrow();
  const { bulkActionId } = await launchBulkAction(
    db,
    ana,
    { change: { action: 'skip' }, scope: { filter: { source: name } }, dryRun: true },
    newId(),
  );
  await saveSchedule(db, ana, {
    ...{ name: `Nights of ${name}`, cron: '0 3 * * *', timezone: 'UTC', enabled: false },
    request: { kind: 'seed', sources: [name] },
  });
  await commentOnSource(db, ana, name, `They of ${name} move.`);
  await mute(db, ana, {
    target: { kind: 'source', source: name },
    reason: `${name} moves`,
    end: { minutes: 50 },
  });
  await givenAlert(db, name);
  await givenQuarantine(db, name);
  await givenTraces(db, { name, workItemId });
  return { sourceId, runId, workItemId, ingestId, bulkActionId, host: `${name}.invalid` };
}

async function signIn(request: APIRequestContext, { url }: Product): Promise<void> {
  const { csrfToken } = await (await request.get('/api/auth/csrf')).json();
  await request.post('/api/auth/callback/credentials', {
    headers: { origin: url },
    form: { csrfToken, json: 'true', email, password },
  });
}

/** Without what programs and probes ask, which know no person. */
const ofPeople = built.filter(
  (file) =>
    !/^\/api\/(?:v1|auth|health)|^\/metrics|^\/(?:sign-in|new-password|design)|^\/_|\.(?:svg|png)\/|stream/.test(
      file,
    ),
);

/** What is no page has no parts. */
const isFile = (address: string) =>
  /^\/api\/(?!docs)|\/(?:export|payload|text|received|refused)(?:\?|$)/.test(address);

const addressOf = (file: string, ids: Readonly<Record<string, string>>) =>
  file
    .replace(/\/(page|route)$/, '')
    .replaceAll(/\/\(\w+\)/g, '')
    .replaceAll(/\[(\w+)\]/g, (_, name: string) => ids[name] ?? name) || '/';

test('nothing of another source is shown to somebody of one', async ({ page, product }) => {
  test.setTimeout(240_000);
  const db = await openDatabase(loadConfig({ env: product.env }).database);
  try {
    const theirs = await givenAll(db, product, canary);
    const own = await givenAll(db, product, mine);
    const both = await launchRun(db, ana, { kind: 'seed', sources: [mine, canary] });
    await createUser(db, ana, { email, name: 'One', role: 'operator', password });
    await db.q
      .updateTable('users')
      .set({ must_change_password: 0, limits: JSON.stringify({ without: [], sources: [mine] }) })
      .where('email', '=', email)
      .execute();
    const { request } = page;
    await signIn(request, product);
    const faults: string[] = [];
    /** Exports are counted, and asked for again after a while. */
    const get = async (address: string, headers: Record<string, string> = {}) => {
      let answer = await request.get(address, { headers });
      await expect
        .poll(
          async () => {
            if (answer.status() === 429) answer = await request.get(address, { headers });
            return answer.status();
          },
          { timeout: 90_000 },
        )
        .not.toBe(429);
      return answer;
    };
    const ask = async (address: string) => {
      const asked = await get(address);
      const parts = [await asked.text()];
      if (!isFile(address)) {
        const part = await get(address, { rsc: '1', 'sec-fetch-dest': 'empty' });
        parts.push(await part.text());
      }
      return { status: asked.status(), text: parts.join('\n') };
    };
    const lists = [
      ...new Set([
        ...pages,
        ...ofPeople.filter((file) => !file.includes('[')).map((file) => addressOf(file, {})),
      ]),
      ...['/alerts?tab=quarantine', '/alerts?tab=closed', '/alerts?tab=muted'],
      ...['/hosts?view=blocked', '/work-items?status=failed', '/records?dir=asc', '/?window=7d'],
      ...['/api/search?q=test_resource', '/api/events', '/work-items?sort=resource_id'],
      `/runs/compare?a=${own.runId}`,
      `/runs/compare?a=${own.runId}&b=${both.runId}`,
      `/sources/new?from=${theirs.sourceId}`,
      `/work-items?item=${theirs.workItemId}`,
      `/work-items?run=${theirs.runId}`,
      `/records?run=${theirs.runId}`,
      `/records/${own.ingestId}?tab=changes&with=${theirs.ingestId}`,
      `/api/events?run=${theirs.runId}`,
    ];
    for (const address of lists) {
      const { status, text } = await ask(address);
      if (text.includes(canary))
        faults.push(`${address}: ${text.split(canary, 1)[0]?.slice(-120)}`);
      if (status >= 500) faults.push(`${address}: ${status}`);
      faults.push(...closedLinks(text).map((link) => `${address} leads to ${link}`));
      if (
        refused.includes(address) &&
        !text.includes('forbidden') &&
        !/Your account is for|left out of your role/.test(text)
      ) {
        faults.push(`${address} is not refused`);
      }
    }
    for (const file of ofPeople.filter((one) => one.includes('['))) {
      const foreign = await ask(addressOf(file, theirs));
      // A host is named in its own address.
      const text = foreign.text.replaceAll(theirs.host, '');
      if (foreign.status !== 404) faults.push(`${file} of another: ${foreign.status}`);
      if (text.includes(canary)) faults.push(`${file} of another`);
      const known = await ask(addressOf(file, own));
      if (known.status >= 400 && !/(?:text|received)\/route$/.test(file))
        faults.push(`${file} of the own source: ${known.status}`);
      faults.push(...closedLinks(known.text).map((link) => `${file} leads to ${link}`));
      if (known.text.includes(canary))
        faults.push(`${file} of the own source: ${known.text.split(canary, 1)[0]?.slice(-120)}`);
    }
    if ((await ask(`/runs/${both.runId}`)).status !== 404) faults.push('a run over both');
    expect(faults).toEqual([]);
    // What is there of their own.
    for (const address of [
      '/',
      '/work-items',
      '/failures',
      '/sources',
      '/runs',
      '/records',
      '/hosts',
      '/report',
      '/alerts',
      '/alerts?tab=quarantine',
      '/schedules',
      '/bulk-actions',
      '/sources/export',
      '/api/events',
      '/api/export/work-items',
      '/api/export/report',
      '/api/suggest/filters',
    ]) {
      expect((await ask(address)).text, address).toContain(mine);
    }
    // The stream, from its beginning to what was told last.
    await page.goto('/');
    const told = await page.evaluate(async (own) => {
      const stopped = new AbortController();
      const answer = await fetch('/api/events/stream?after=0', { signal: stopped.signal });
      const reader = answer.body?.getReader();
      const decoder = new TextDecoder();
      let read = '';
      while (reader && !read.includes(`A page of ${own} failed`)) {
        const { done, value } = await reader.read();
        if (done) break;
        read += decoder.decode(value, { stream: true });
      }
      stopped.abort();
      return read;
    }, mine);
    expect(told).not.toContain(canary);
  } finally {
    await db.close();
  }
});
