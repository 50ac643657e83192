/** Links to the record list. Apart from what reads the address: that needs the schema, links do not. */
import type { RecordParameter } from '#lib/records/filter.ts';
import type { RecordParameters } from './record-parameters.ts';

/** The address with some parameters changed (`null` removes), at its first page. */
export function recordsHref(
  current: RecordParameters,
  changes: Readonly<Partial<Record<RecordParameter, string | null>>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current, cursor: null, ...changes })) {
    if (value) params.set(name, value);
  }
  const text = params.toString();
  return text ? `/records?${text}` : '/records';
}
