/** The record list's address as links keep it. */
import type { RawParameters } from '#lib/paging/parameters.ts';
import { type RecordParameter, recordParameters } from '#lib/records/list.ts';

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
