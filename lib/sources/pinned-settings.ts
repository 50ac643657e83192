/**
 * The settings a run works with: those of the revision it was launched with, so that a change in the midst
 * of a run does not give it two kinds of records. How politely the source is asked, and where it is, is
 * never pinned: its owner's wish and an operator's care take effect at once, and secrets go nowhere but
 * where they belong now.
 */

import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import { type JsonObject, jsonFromText } from '#lib/json.ts';
import { readSettings, type Source } from './read-sources.ts';

/** Settings that are taken as they are now, whatever a run was launched with. */
const operational = [
  'api_url',
  'authentication',
  'base_url',
  'changes_feed',
  'email',
  'max_retries',
  'rate_limit_delay',
  'respect_robots',
  'timeout',
  'user_agent',
] as const;

/** Neither a run's revisions nor a revision's settings ever change, so they are read once. */
interface Read {
  readonly revisionsOfRuns: Map<string, Promise<Readonly<Record<string, number>>>>;
  readonly settingsOfRevisions: Map<string, Promise<JsonObject | null>>;
}
const mostKept = 100;
const kept = new WeakMap<Session, Read>();

/**
 * The settings to work on an item of the run with; the source's own for items without a run, and for
 * runs that were not launched over the source.
 */
export async function settingsForRun(
  s: Session,
  source: Source,
  runId: string | null,
): Promise<JsonObject> {
  if (runId === null) return source.settings;
  const read = keptOf(s);
  const revisions = await once(read.revisionsOfRuns, runId, () => revisionsOfRun(s, runId));
  const revision = revisions[source.name];
  if (revision === undefined || revision === source.revision) return source.settings;
  const pinned = await once(read.settingsOfRevisions, `${source.sourceId} ${revision}`, () =>
    settingsOfRevision(s, source, revision),
  );
  return pinned === null ? source.settings : withOperational(pinned, source.settings);
}

function withOperational(pinned: JsonObject, current: JsonObject): JsonObject {
  const settings = { ...pinned };
  for (const name of operational) {
    const value = current[name];
    if (value === undefined) delete settings[name];
    else settings[name] = value;
  }
  return settings;
}

async function revisionsOfRun(
  s: Session,
  runId: string,
): Promise<Readonly<Record<string, number>>> {
  const row = await s.q
    .selectFrom('ingest_runs')
    .select('source_revisions')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return revisionsFromText(row?.source_revisions ?? null);
}

/** Null when the source was of another type then: its settings mean nothing now. */
async function settingsOfRevision(
  s: Session,
  { sourceId, type }: Source,
  revision: number,
): Promise<JsonObject | null> {
  const row = await s.q
    .selectFrom('source_revisions')
    .select(['settings', 'source_type'])
    .where('source_id', '=', sourceId)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return row?.source_type === type ? readSettings(row.settings) : null;
}

function keptOf(s: Session): Read {
  const known = kept.get(s);
  if (known) return known;
  const fresh: Read = { revisionsOfRuns: new Map(), settingsOfRevisions: new Map() };
  kept.set(s, fresh);
  return fresh;
}

/** A failed reading is not kept. */
function once<T>(values: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const known = values.get(key);
  if (known) return known;
  const value = read();
  values.set(key, value);
  value.catch(() => values.delete(key));
  const [oldest] = values.keys();
  if (values.size > mostKept && oldest !== undefined) values.delete(oldest);
  return value;
}

const revisionsSchema = z.record(z.string(), z.number());

/** `ingest_runs.source_revisions`: the revision of each source by its name; none for runs of an older system. */
export function revisionsFromText(text: string | null): Readonly<Record<string, number>> {
  const parsed = revisionsSchema.safeParse(jsonFromText(text));
  return parsed.success ? parsed.data : {};
}
