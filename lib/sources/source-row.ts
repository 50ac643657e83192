/** Between the row of a source and what the rest of the system knows of it. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { SourcesTable } from '#db/schema.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import type { Source } from './model.ts';

const jsonObject: z.ZodType<JsonObject> = z.record(
  z.string(),
  z.json() as z.ZodType<JsonValue>, // zod's JSON type is this union by another name
);
const jsonObjects = z.array(jsonObject);

export function toSource(row: Selectable<SourcesTable>, secretNames: readonly string[]): Source {
  return {
    sourceId: row.source_id,
    name: row.name,
    type: row.source_type,
    enabled: row.enabled === 1,
    pausedAt: row.paused_at,
    pausedReason: row.paused_reason,
    settings: readSettings(row.settings),
    seeds: readSeeds(row.seeds),
    rateDelayMs: row.rate_delay_ms,
    maxAttempts: row.max_attempts,
    revision: row.revision,
    secretNames,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export const readSettings = (text: string): JsonObject => jsonObject.parse(JSON.parse(text));
export const readSeeds = (text: string): JsonObject[] => jsonObjects.parse(JSON.parse(text));
