/** The record list's address as links keep it. */
import type { RawParameters } from '#lib/paging/parameters.ts';
import { type RecordParameter, recordParameters } from '#lib/records/filter.ts';

/** The parameters that are given, as text. */
export type RecordParameters = Readonly<Partial<Record<RecordParameter, string>>>;

export function recordParametersOf(raw: RawParameters): RecordParameters {
  const given: Partial<Record<RecordParameter, string>> = {};
  // The keys of the schema are the parameters.
  for (const name of Object.keys(recordParameters) as RecordParameter[]) {
    const value = raw[name];
    const text = typeof value === 'string' ? value : value?.join(',');
    if (text) given[name] = text;
  }
  return given;
}

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
