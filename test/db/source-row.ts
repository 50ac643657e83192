/** A row of `sources` for tests that need one which nobody saved. */
import type { Engine } from '#db/engine.ts';
import { newId } from '#lib/ids.ts';

/** An enabled source of type `test`. */
export const sourceRow = (engine: Engine, name: string) => ({
  source_id: newId(),
  name,
  source_type: 'test',
  enabled: 1 as const,
  settings: '{}',
  seeds: '[]',
  rate_delay_ms: 0,
  max_attempts: 5,
  revision: 1,
  created_at: engine.now(),
  updated_at: engine.now(),
});
