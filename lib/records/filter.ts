/** The record list's address: its parameters and their limits. */
import {
  choiceParameter,
  cursorParameter,
  exactTextParameter,
  idParameter,
  momentParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
  textParameter,
  wholeParameter,
} from '#lib/paging/parameters.ts';
import { type SortDirection, sortDirections } from '#lib/paging/sort-direction.ts';

export interface RecordFilter {
  readonly source?: string | undefined;
  readonly resourceType?: string | undefined;
  /** Prefix of the resource id, case-sensitive. */
  readonly resourcePrefix?: string | undefined;
  readonly runId?: string | undefined;
  readonly workItemId?: string | undefined;
  readonly httpStatus?: number | undefined;
  /** ISO instants, end exclusive. */
  readonly fetchedFrom?: string | undefined;
  readonly fetchedTo?: string | undefined;
}

export interface RecordQuery {
  readonly filter: RecordFilter;
  readonly direction: SortDirection;
  readonly cursor?: string | undefined;
}

export const recordParameters = {
  source: textParameter(100),
  type: textParameter(100),
  resource: exactTextParameter(500),
  run: idParameter,
  item: idParameter,
  http: wholeParameter(0, 999),
  fetched_from: momentParameter('start'),
  fetched_to: momentParameter('end'),
  dir: choiceParameter(sortDirections),
  cursor: cursorParameter,
} as const;

export type RecordParameter = keyof typeof recordParameters;

/** Reads the address; what is out of range is ignored and reported. Newest first by default. */
export function parseRecordQuery(raw: RawParameters): {
  readonly query: RecordQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = readParameters(recordParameters, raw, [
    ['fetched_from', 'fetched_to'],
  ]);
  const filter: RecordFilter = {
    source: values.source,
    resourceType: values.type,
    resourcePrefix: values.resource,
    runId: values.run,
    workItemId: values.item,
    httpStatus: values.http,
    fetchedFrom: values.fetched_from,
    fetchedTo: values.fetched_to,
  };
  return { query: { filter, direction: values.dir ?? 'desc', cursor: values.cursor }, problems };
}
