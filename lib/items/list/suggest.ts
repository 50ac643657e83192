/** Values that a filter of the list can have, for the box that suggests them. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import { type Actor, reaches, type Sight, sightOf } from '#lib/actor/model.ts';
import { listHosts } from '#lib/hosts/list-hosts.ts';
import { ofSources } from '#lib/paging/of-sight.ts';
import { runName } from '#lib/runs/run-name.ts';
import { requestFromText, sourcesOfRun } from '#lib/runs/run-row.ts';
import { revisionsFromText } from '#lib/sources/pinned-settings.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';

export interface FilterSuggestions {
  readonly sources: readonly string[];
  readonly types: readonly string[];
  readonly hosts: readonly string[];
  readonly errors: readonly string[];
  readonly runs: readonly { readonly runId: string; readonly name: string }[];
  /** Those alive. */
  readonly workers: readonly string[];
  /** Who may sign in, by their addresses. */
  readonly people: readonly string[];
}

const mostSources = 300;
const latestRuns = 50;
const mostPeople = 200;
/** Types and error codes are those of so many of the latest items; another one can still be typed. */
const latestItems = 1_000;
const queryTimeoutMs = 2_000;

/** Reads the same however large the tables are. Whoever sees some sources is offered what is of these. */
export function filterSuggestions(session: Session, actor: Actor): Promise<FilterSuggestions> {
  const sight = sightOf(actor);
  return session.engine.withTimeout(session, queryTimeoutMs, async (s) => ({
    sources: (await sourceNames(s)).filter((name) => reaches(actor, [name])),
    types: await typesOf(s, sight),
    hosts: (await listHosts(s, {}, { sight })).rows.map(({ host }) => host).toSorted(),
    errors: await errorsOf(s, sight),
    runs: await runsOf(s, actor),
    workers:
      sight === null
        ? (await listWorkers(s))
            .filter(({ state }) => state === 'running' || state === 'draining')
            .map(({ workerId }) => workerId)
        : [],
    people: sight === null ? await peopleOf(s) : [],
  }));
}

async function sourceNames({ q, engine }: Session): Promise<string[]> {
  const query = q
    .selectFrom('sources')
    .select('name')
    .where('deleted_at', 'is', null)
    .orderBy('name');
  return (await engine.take(query, mostSources).execute()).map(({ name }) => name);
}

async function typesOf({ q, engine }: Session, sight: Sight): Promise<string[]> {
  const latest = engine.take(
    q
      .selectFrom('work_items')
      .select(['resource_type', 'source_name'])
      .orderBy('created_at', 'desc')
      .orderBy('work_item_id', 'desc'),
    latestItems,
  );
  const rows = await q
    .selectFrom(latest.as('latest'))
    .select('resource_type')
    .distinct()
    .$if(sight !== null, (some) =>
      some.where(ofSources(engine, sql.ref('source_name'), sight ?? [])),
    )
    .execute();
  return rows.map((row) => row.resource_type).toSorted();
}

async function errorsOf({ q, engine }: Session, sight: Sight): Promise<string[]> {
  const latest = engine.take(
    q
      .selectFrom('work_items')
      .select(['error_code', 'source_name'])
      .where(sql<boolean>`status = ${sql.lit('failed')}`)
      .orderBy('created_at', 'desc')
      .orderBy('work_item_id', 'desc'),
    latestItems,
  );
  const rows = await q
    .selectFrom(latest.as('latest'))
    .select('error_code')
    .distinct()
    .$if(sight !== null, (some) =>
      some.where(ofSources(engine, sql.ref('source_name'), sight ?? [])),
    )
    .execute();
  return rows.flatMap((row) => (row.error_code === null ? [] : [row.error_code])).toSorted();
}

async function runsOf({ q, engine }: Session, actor: Actor): Promise<FilterSuggestions['runs']> {
  const query = q
    .selectFrom('ingest_runs')
    .select(['run_id', 'name', 'kind', 'started_at', 'source_revisions', 'request'])
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const rows = await engine.take(query, latestRuns).execute();
  return rows
    .filter((row) =>
      reaches(
        actor,
        sourcesOfRun({
          sourceRevisions: revisionsFromText(row.source_revisions),
          request: requestFromText(row.request),
        }),
      ),
    )
    .map((row) => ({ runId: row.run_id, name: runName(row) }));
}

async function peopleOf({ q, engine }: Session): Promise<string[]> {
  const query = q.selectFrom('users').select('email').orderBy('email');
  return (await engine.take(query, mostPeople).execute()).map(({ email }) => email);
}
