/** Sources as they are stored: where items come from, how to ask there, and how politely. */

import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import {
  type Instant,
  type SourceSecretsTable,
  type SourcesTable,
  type WorkItemStatus,
  workItemStatuses,
} from '#db/schema.ts';
import { isSeen, type Sight } from '#lib/actor/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { holdChoices } from '#lib/source-types/common-settings.ts';
import { isReference } from './secret-references.ts';

export interface Source {
  readonly sourceId: string;
  readonly name: string;
  /** Type id; equals `sourceSystem` of its items. */
  readonly type: string;
  readonly enabled: boolean;
  readonly pausedAt: Instant | null;
  readonly pausedReason: string | null;
  /** When a worker resumes it by itself; null = when a person does. */
  readonly pausedUntil: Instant | null;
  /** Parsed by the type's schema, in YAML names, without secrets. */
  readonly settings: JsonObject;
  readonly seeds: readonly JsonObject[];
  readonly rateDelayMs: number;
  readonly maxAttempts: number;
  readonly revision: number;
  /** The secrets that are stored; never their values. */
  readonly storedSecrets: readonly StoredSecret[];
  /** Beginning of the last run in which nothing of it failed; null before the first. */
  readonly changesFrom: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface StoredSecret {
  readonly name: string;
  readonly since: Instant;
  /** Where it stands (`env:…`, `file:…`); null for one that is stored encrypted. */
  readonly reference: string | null;
}

const jsonObject: z.ZodType<JsonObject> = z.record(
  z.string(),
  z.json() as z.ZodType<JsonValue>, // zod's JSON type is this union by another name
);
const jsonObjects = z.array(jsonObject);

type StoredSecretRow = Pick<
  Selectable<SourceSecretsTable>,
  'secret_name' | 'updated_at' | 'ciphertext'
>;

function toSource(row: Selectable<SourcesTable>, secrets: readonly StoredSecretRow[]): Source {
  return {
    sourceId: row.source_id,
    name: row.name,
    type: row.source_type,
    enabled: row.enabled === 1,
    pausedAt: row.paused_at,
    pausedReason: row.paused_reason,
    pausedUntil: row.paused_until,
    settings: readSettings(row.settings),
    seeds: readSeeds(row.seeds),
    rateDelayMs: row.rate_delay_ms,
    maxAttempts: row.max_attempts,
    revision: row.revision,
    storedSecrets: secrets.map(({ secret_name: name, updated_at: since, ciphertext }) => ({
      name,
      since,
      reference: isReference(ciphertext) ? ciphertext : null,
    })),
    changesFrom: row.changes_from,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export const readSettings = (text: string): JsonObject => jsonObject.parse(JSON.parse(text));
const readSeeds = (text: string): JsonObject[] => jsonObjects.parse(JSON.parse(text));

/** The source of that name or id, unless it was deleted; null when there is none that is seen. */
export async function getSource(
  s: Session,
  nameOrId: string,
  sight: Sight = null,
): Promise<Source | null> {
  const found = await rowsWhere(s, 'name', nameOrId);
  const rows =
    found.length === 0 && isUuid(nameOrId)
      ? await rowsWhere(s, 'source_id', nameOrId.toLowerCase())
      : found;
  const [row] = rows;
  if (!row || !isSeen(sight, [row.name])) return null;
  return toSource(
    row,
    rows.flatMap(({ secret_name, secret_since, ciphertext }) =>
      secret_name === null || secret_since === null || ciphertext === null
        ? []
        : [{ secret_name, updated_at: secret_since, ciphertext }],
    ),
  );
}

/** The source once for each of its secrets, or once: workers read it again and again, in one statement. */
const rowsWhere = (s: Session, column: 'name' | 'source_id', value: string) =>
  s.q
    .selectFrom('sources')
    .leftJoin('source_secrets as secret', 'secret.source_id', 'sources.source_id')
    .selectAll('sources')
    .select(['secret.secret_name', 'secret.ciphertext', 'secret.updated_at as secret_since'])
    .where(`sources.${column}`, '=', value)
    .where('sources.deleted_at', 'is', null)
    .orderBy('secret.secret_name')
    .execute();

/** The same, but throws `source_unknown` when there is none. */
export async function requireSource(
  s: Session,
  nameOrId: string,
  sight: Sight = null,
): Promise<Source> {
  const source = await getSource(s, nameOrId, sight);
  if (!source) throw new AppError('source_unknown', `There is no source "${nameOrId}".`);
  return source;
}

/** A source with how many of its items have each status. */
export interface SourceSummary extends Source {
  readonly counts: Readonly<Record<WorkItemStatus, number>>;
}

/** All sources that are seen and were not deleted, by name. Counting costs the same however many items there are. */
export async function listSources(s: Session, sight: Sight = null): Promise<SourceSummary[]> {
  const all = await s.q
    .selectFrom('sources')
    .selectAll()
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute();
  const rows = all.filter(({ name }) => isSeen(sight, [name]));
  if (rows.length === 0) return [];
  const secrets = await s.q
    .selectFrom('source_secrets')
    .selectAll()
    .orderBy('secret_name')
    .execute();
  const counters = await s.engine.readTotals(s);
  return rows.map((row) => {
    const own = secrets.filter(({ source_id: id }) => id === row.source_id);
    const counts: Record<WorkItemStatus, number> = {
      pending: 0,
      in_progress: 0,
      completed: 0,
      failed: 0,
      skipped: 0,
    };
    for (const counter of counters) {
      if (counter.source_system !== row.source_type || counter.source_name !== row.name) continue;
      const status = workItemStatuses.find((known) => known === counter.status);
      if (status) counts[status] += Number(counter.item_count);
    }
    return { ...toSource(row, own), counts };
  });
}

export interface SourceRevision {
  readonly revision: number;
  readonly name: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly settings: JsonObject;
  readonly seeds: readonly JsonObject[];
  readonly changedBy: string | null;
  readonly changedAt: Instant;
  readonly note: string | null;
}

/** Of sources that say themselves whether suspicious content is held: `always` or `never`, by name. */
export async function holdsOfSources(
  { q, engine }: Session,
  names: readonly string[],
): Promise<ReadonlyMap<string, (typeof holdChoices)[number]>> {
  if (names.length === 0) return new Map();
  const rows = await q
    .selectFrom('sources')
    .select(['name', 'settings'])
    .where('name', 'in', engine.listed(names, 'exactly'))
    .where('deleted_at', 'is', null)
    .execute();
  return new Map(
    rows.flatMap(({ name, settings }) => {
      const chosen = holdChoices.find((one) => one === readSettings(settings)['hold_suspicious']);
      return chosen ? [[name, chosen] as const] : [];
    }),
  );
}

/** The newest revisions of a source, newest first. */
export async function listRevisions(
  s: Session,
  sourceId: string,
  limit = 50,
): Promise<SourceRevision[]> {
  const query = s.q
    .selectFrom('source_revisions')
    .selectAll()
    .where('source_id', '=', sourceId)
    .orderBy('revision', 'desc');
  const rows = await s.engine.take(query, limit).execute();
  return rows.map((row) => ({
    revision: row.revision,
    name: row.name,
    type: row.source_type,
    enabled: row.enabled === 1,
    settings: readSettings(row.settings),
    seeds: readSeeds(row.seeds),
    changedBy: row.changed_by,
    changedAt: row.changed_at,
    note: row.note,
  }));
}
