/** What the facts of an attempt say about the host it asked. */
import type { JsonObject } from '#lib/json.ts';

/** Time to the first byte of the latest answer, ms; null when there was none. */
export function latencyIn(facts: JsonObject | null): number | null {
  const ms = facts?.['first_byte_ms'];
  return typeof ms === 'number' && ms >= 0 ? ms : null;
}
