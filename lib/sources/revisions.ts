import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { JsonObject } from '#lib/json.ts';
import { readSeeds, readSettings } from './source-row.ts';

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
