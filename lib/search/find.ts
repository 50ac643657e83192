/**
 * What the command palette finds, by name, id or a part of the address: sources, runs, hosts, schedules, groups of
 * failures, users, items; and, where the text begins with a verb, what may be done to them. A person of some sources
 * finds what is of these.
 */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { isStatementTimeout } from '#db/errors.ts';
import { type Actor, may as isAllowed, reaches, sightOf } from '#lib/actor/model.ts';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { listWorkItems } from '#lib/items/list/list.ts';
import { parseWorkItemQuery } from '#lib/items/list/query.ts';
import { readErrorClusters } from '#lib/metrics/error-clusters.ts';
import { failuresKey } from '#lib/metrics/model.ts';
import { readNow } from '#lib/now.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import { listRuns } from '#lib/runs/list-runs.ts';
import { runFilters } from '#lib/runs/run-filters.ts';
import { sourcesOfRun } from '#lib/runs/run-row.ts';
import { stateOfRun } from '#lib/runs/run-state.ts';
import { listSchedules } from '#lib/schedules/schedules.ts';
import { allowed, inWords, readAsked, type Verb } from './acts.ts';

export interface Found {
  readonly kind: 'work-item' | 'source' | 'run' | 'host' | 'schedule' | 'failures' | 'user';
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly href: string;
}

const mostOfAKind = 6;
/** Looked through for a person of some sources, of whom the others are left out. */
const lookedThrough = 60;
/** For all kinds together; what is not found by then is left out. */
const searchMs = 2_500;
/** Less is not worth asking. */
const leastMs = 50;

type Find = (s: Session, wanted: string, actor: Actor, verb: Verb | null) => Promise<Found[]>;

/**
 * At most six of a kind; nothing for fewer than two characters. Every read is by an index or bounded; a kind that
 * takes too long is left out.
 */
export async function find(session: Session, actor: Actor, text: string): Promise<Found[]> {
  const wholly = text.trim().slice(0, 200);
  if (wholly.length < 2) return [];
  const { verb, name } = readAsked(wholly);
  const asked =
    verb === null ? [] : await each(session, [sources, runs, hosts, failures], name, actor, verb);
  // What is called so is found too, where nothing can be done: "stop words" may be a source.
  const called = asked.length > 0 ? [] : await each(session, all, wholly, actor, null);
  return [...asked, ...called];
}

async function each(
  session: Session,
  kinds: readonly Find[],
  name: string,
  actor: Actor,
  verb: Verb | null,
): Promise<Found[]> {
  const found = new Map<string, Found>();
  const endsAt = performance.now() + searchMs;
  for (const kind of kinds) {
    const leftMs = endsAt - performance.now();
    if (leftMs < leastMs) break;
    const some = await session.engine
      .withTimeout(session, leftMs, (s) => kind(s, name, actor, verb))
      .catch((error: unknown) => {
        if (isStatementTimeout(error)) return [];
        throw error;
      });
    for (const one of some) {
      const key = `${one.kind} ${one.id}`;
      if (!found.has(key)) found.set(key, one);
    }
  }
  return [...found.values()];
}

/** What is found, or what is done to it; nothing where it cannot be done. */
function entry(found: Found, verb: Verb | null, may: Verb | null, act: string): Found[] {
  if (verb === null) return [found];
  if (may === null) return [];
  const glue = found.href.includes('?') ? '&' : '?';
  return [
    {
      ...found,
      id: `${verb} ${found.id}`,
      title: inWords(may, found.title),
      href: `${found.href}${glue}do=${encodeURIComponent(`${may}-${act}`)}`,
    },
  ];
}

/** How many runs to read, so that enough are left. */
const toRead = (actor: Actor) => (sightOf(actor) === null ? mostOfAKind : lookedThrough);

const sources: Find = async ({ q, engine }, wanted, actor, verb) => {
  const sight = sightOf(actor);
  const rows = await engine
    .take(
      q
        .selectFrom('sources')
        .select(['source_id', 'name', 'source_type', 'enabled', 'paused_at'])
        .where('deleted_at', 'is', null)
        .where((eb) => (wanted === '' ? eb.lit(true) : engine.contains(sql.ref('name'), wanted)))
        .$if(sight !== null, (some) => some.where(ofSources(engine, sql.ref('name'), sight ?? [])))
        .orderBy('name'),
      mostOfAKind,
    )
    .execute();
  return rows.flatMap((row) => {
    const possible: Verb[] = [row.paused_at === null ? 'pause' : 'resume'];
    if (row.enabled === 1) possible.push('run');
    return entry(
      {
        kind: 'source',
        id: row.source_id,
        title: row.name,
        detail: row.paused_at === null ? row.source_type : `${row.source_type}, paused`,
        href: `/sources/${row.source_id}`,
      },
      verb,
      allowed(actor, 'source', verb, possible),
      row.source_id,
    );
  });
};

const runs: Find = async (s, wanted, actor, verb) => {
  const { values } = runFilters.read({
    ...(wanted === '' ? {} : { q: wanted }),
    // What has ended is neither paused nor stopped.
    ...(verb === null || verb === 'retry' ? {} : { status: 'running' }),
  });
  const { rows } = await listRuns(s, { filter: values, limit: toRead(actor) });
  const own = rows.filter((run) => reaches(actor, sourcesOfRun(run))).slice(0, mostOfAKind);
  return own.flatMap((run) => {
    const possible: Verb[] =
      run.status === 'running'
        ? [run.pausedAt === null ? 'pause' : 'resume', 'stop', 'cancel']
        : run.itemsFailed > 0
          ? ['retry']
          : [];
    return entry(
      {
        kind: 'run',
        id: run.runId,
        title: run.name,
        detail: `${stateOfRun(run)}, started ${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
        href: `/runs/${run.runId}`,
      },
      verb,
      allowed(actor, 'run', verb, possible),
      run.runId,
    );
  });
};

const hosts: Find = async (s, wanted, actor, verb) => {
  const view = verb === 'unblock' || verb === 'resume' ? ('blocked' as const) : undefined;
  const { rows } = await listHosts(
    s,
    { name: wanted === '' ? undefined : wanted.toLowerCase(), view },
    { limit: mostOfAKind, sight: sightOf(actor) },
  );
  return rows.slice(0, mostOfAKind).flatMap(({ host, blockedUntil }) => {
    // To pause or stop a host is to block it.
    const means: Verb | null =
      verb === 'pause' || verb === 'stop' ? 'block' : verb === 'resume' ? 'unblock' : verb;
    const possible: Verb[] = [blockedUntil === null ? 'block' : 'unblock'];
    return entry(
      {
        kind: 'host',
        id: host,
        title: host,
        detail: blockedUntil === null ? 'host' : 'blocked',
        href: `/hosts?name=${encodeURIComponent(host)}`,
      },
      means,
      allowed(actor, 'host', means, possible),
      host,
    );
  });
};

const failures: Find = async (s, wanted, actor, verb) => {
  const { clusters } = await readErrorClusters(s, '24h', await readNow(s), {
    sight: sightOf(actor),
  });
  const lower = wanted.toLowerCase();
  return (
    clusters
      // A group is retried as a whole, whatever sources it is of.
      .filter(() => verb === null || reaches(actor, 'all'))
      .filter(({ code, host, sourceName, httpStatus }) =>
        [code, code.replaceAll('_', ' '), host, sourceName, String(httpStatus ?? '')].some((one) =>
          one?.toLowerCase().includes(lower),
        ),
      )
      .slice(0, mostOfAKind)
      .flatMap(({ code, host, httpStatus, attempts }) => {
        const key = failuresKey({ code, host, httpStatus });
        const parameters = new URLSearchParams({
          error: code,
          ...(host === null ? {} : { host }),
          ...(httpStatus === null ? {} : { http: String(httpStatus) }),
        });
        return entry(
          {
            kind: 'failures',
            id: key,
            title: `${code}${host === null ? '' : ` at ${host}`}`,
            detail: `${attempts} failed in the last 24 h`,
            href: `/failures?${parameters}`,
          },
          verb,
          allowed(actor, 'failures', verb, ['retry']),
          key,
        );
      })
  );
};

const schedules: Find = async (s, wanted, actor) =>
  (await listSchedules(s, sightOf(actor)))
    .filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()))
    .slice(0, mostOfAKind)
    .map(({ scheduleId, name, cron, timezone }) => ({
      kind: 'schedule',
      id: scheduleId,
      title: name,
      detail: `${cron} ${timezone}`,
      href: `/schedules?q=${encodeURIComponent(name)}`,
    }));

const users: Find = async ({ q, engine }, wanted, actor) => {
  if (!isAllowed(actor, 'users:manage')) return [];
  const rows = await engine
    .take(
      q
        .selectFrom('users')
        .select(['user_id', 'email', 'name', 'role'])
        .where((eb) =>
          eb.or([
            engine.contains(sql.ref('email'), wanted),
            engine.contains(sql.ref('name'), wanted),
          ]),
        )
        .orderBy('email'),
      mostOfAKind,
    )
    .execute();
  return rows.map((row) => ({
    kind: 'user',
    id: row.user_id,
    title: row.name,
    detail: `${row.email}, ${row.role}`,
    href: `/audit?actor=${encodeURIComponent(row.email)}`,
  }));
};

const items: Find = async (session, wanted, actor) => {
  const { engine } = session;
  const sight = sightOf(actor);
  const base = session.q
    .selectFrom('work_items')
    .select(['work_item_id', 'resource_id', 'dedupe_key'])
    .$if(sight !== null, (some) =>
      some.where(ofSources(engine, sql.ref('source_name'), sight ?? [])),
    );
  const byId = await base.where('work_item_id', '=', wanted.toLowerCase()).execute();
  const byKey = await engine
    .take(
      base.where(engine.startsWith(sql.ref('dedupe_key'), wanted)).orderBy('dedupe_key'),
      mostOfAKind,
    )
    .execute();
  const byResource = await engine
    .take(
      base
        .where(engine.startsWith(sql.ref('resource_id'), wanted))
        .orderBy('resource_id')
        .orderBy('work_item_id'),
      mostOfAKind,
    )
    .execute();
  const distinct = new Map(
    [...byId, ...byKey, ...byResource].map((row) => [row.work_item_id, row]),
  );
  return [...distinct.values()].slice(0, mostOfAKind).map((row) => ({
    kind: 'work-item',
    id: row.work_item_id,
    title: row.resource_id,
    detail: row.dedupe_key,
    href: `/work-items/${row.work_item_id}`,
  }));
};

/** Items by a part of their address, among the latest that one window of the list has. */
const addresses: Find = async (s, wanted, actor) => {
  if (wanted.length < 4 || !/[./?]/.test(wanted)) return [];
  const { query } = parseWorkItemQuery({ uri: wanted });
  const options = { limit: mostOfAKind, sight: sightOf(actor) };
  const { rows } = await listWorkItems(s, query, options);
  return rows.map((item) => ({
    kind: 'work-item',
    id: item.workItemId,
    title: item.resourceId,
    detail: item.requestUri,
    href: `/work-items/${item.workItemId}`,
  }));
};

const all: readonly Find[] = [sources, runs, hosts, schedules, failures, users, items, addresses];
