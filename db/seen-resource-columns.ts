/** What a touch of `seen_resources` says; the times and the count are the database's own. */
import type { SeenResourceTouch } from './engine.ts';

export const seenResourceColumns = [
  'resource_key',
  'source_system',
  'source_name',
  'resource_type',
  'resource_id',
  'last_run_id',
] as const satisfies readonly (keyof SeenResourceTouch)[];
