/** A database with something of everything, and programs that ask the API about it. */
import { randomBytes } from 'node:crypto';
import type { Db } from '#db/engine.ts';
import { createApiToken } from '#lib/access/api-tokens.ts';
import type { RequestLimits } from '#lib/access/request-limits.ts';
import { type Actor, can, type Permission, permissions, type Role } from '#lib/actor/model.ts';
import { answerApi, apiBase } from '#lib/api/answer.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import { newId } from '#lib/ids.ts';
import { workOnBulkActions } from '#lib/items/bulk/work.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import { keptBody } from '#lib/records/body.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { createSecretBox } from '#lib/sources/secrets.ts';
import { registerWorker } from '#lib/workers/presence.ts';
import { givenAccount } from '#test/access/account.ts';
import { anAttempt, aRecord, noValidators } from '#test/factories.ts';

export interface Asked {
  readonly method: string;
  /** Behind `/api/v1`, with its parameters. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `shows` is a token, or null for none. */
export type Ask = (shows: string | null, asked: Asked, within?: RequestLimits) => Promise<Response>;

function requestOf({ method, path, body, headers = {} }: Asked, shows: string | null): Request {
  const isText = typeof body === 'string';
  return new Request(`https://console.example${apiBase}${path}`, {
    method,
    headers: {
      ...(shows === null ? {} : { authorization: `Bearer ${shows}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': isText ? 'application/yaml' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
}

const unlimited: RequestLimits = { take: () => null, open: () => () => undefined };

export interface ApiWorld {
  readonly db: Db;
  readonly ask: Ask;
  /** The same for a person, as a command with the database at hand asks. */
  readonly askAs: (actor: Actor, asked: Asked) => Promise<Response>;
  readonly people: Readonly<Record<Role, Actor>>;
  /** A token of the role's person with these permissions, or all that the role has. */
  token(
    role: Role,
    over?: {
      readonly permissions?: readonly Permission[];
      readonly sources?: string[] | null;
      /** Else it is gone when thirty more were made: a person has 50 at most. */
      readonly isKept?: boolean;
    },
  ): Promise<string>;
  /** A page of a source, fetched and stored. */
  givenRecord(source: string): Promise<{ workItemId: string; ingestId: string }>;
  /** Carries out what bulk actions have to do. */
  work(): Promise<unknown>;
  close(): Promise<void>;
}

/** Two sources of pages, `sample` and `other`, with a fetched page and a worker. */
export async function apiWorld(
  db: Db,
  env: Readonly<Record<string, string>> = {},
): Promise<ApiWorld> {
  const secretBox = createSecretBox([randomBytes(32)]);
  const http = createHttpClient({ allow: [], userAgent: 'Test/1.0' });
  const log = createLogger({ level: 'silent', name: 'test' });
  const config = loadConfig({
    env: { DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: 'api.db', ...env },
  });
  const runtime = { db, reads: db, http, secretBox, log, config };
  const people = {
    viewer: await givenAccount(db, 'viewer', 'viewer'),
    operator: await givenAccount(db, 'operator', 'operator'),
    admin: await givenAccount(db, 'admin', 'admin'),
  };
  for (const name of ['sample', 'other']) {
    await saveSource(
      db,
      people.admin,
      {
        name,
        type: 'http',
        enabled: true,
        settings: { rate_limit_delay: 0 },
        seeds: [{ urls: [`https://${name}.invalid/`] }],
      },
      { secretBox },
    );
  }
  await registerWorker(db, {
    workerId: 'worker-1',
    hostName: 'here',
    pid: 1,
    version: '1',
    concurrency: 1,
  });
  const store = await createStateStore({ db });
  let made = 0;
  return {
    db,
    people,
    ask: (shows, asked, limits = unlimited) =>
      answerApi(requestOf(asked, shows), { runtime, limits, address: '198.51.100.1' }),
    askAs: (actor, asked) =>
      answerApi(requestOf(asked, null), { runtime, limits: unlimited, address: null, actor }),
    async token(role, { permissions: chosen, sources = null, isKept = false } = {}) {
      made += 1;
      const all = permissions.filter((one) => can(role, one));
      const name = isKept ? `kept ${made}` : `${made}`;
      const wanted = { name, permissions: [...(chosen ?? all)], sources, days: 1 };
      await db.q
        .deleteFrom('api_tokens')
        .where('name', '=', `${made - 30}`)
        .execute();
      return (await createApiToken(db, people[role], wanted)).token;
    },
    async givenRecord(source) {
      const resourceId = newId();
      await store.enqueueMany([
        {
          sourceSystem: 'http',
          sourceName: source,
          resourceType: 'page',
          resourceId,
          requestUri: `https://${source}.invalid/${resourceId}`,
          priority: 0,
        },
      ]);
      const { items } = await store.claimPolitely(100, { owner: 'w', leaseMs: 60_000 });
      const item = items.find((one) => one.resourceId === resourceId);
      if (item === undefined) throw new Error('the page was not claimed');
      const payload = '{"name":"Luke"}';
      const record = aRecord({ payload, body: await keptBody(Buffer.from(payload), payload) });
      await store.complete({
        fence: { workItemId: item.workItemId, leaseId: item.leaseId },
        attempt: anAttempt(),
        record,
        validators: noValidators,
        discovered: [],
      });
      return { workItemId: item.workItemId, ingestId: record.ingestId };
    },
    work: () => workOnBulkActions(db, { owner: 'worker-1' }),
    close: () => http.close(),
  };
}
