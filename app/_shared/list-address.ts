/** Addresses of lists: the address is the state of a list, and a change begins at its first page. */
import type { ErrorCluster } from '#lib/metrics/model.ts';

/** @param changes parameters with their new texts; null removes one */
export function listAddress(
  path: `/${string}`,
  current: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | null | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current, cursor: null, ...changes })) {
    if (value) params.set(name, value);
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** What makes attempts of one cluster alike. */
export type ClusterKey = Pick<ErrorCluster, 'code' | 'httpStatus' | 'host'> & {
  /** Only what is of this source. */
  readonly source?: string | undefined;
};

/** Parameters of the work-item list: the items that failed as a cluster's attempts did. */
export const clusterFilter = ({
  code,
  httpStatus,
  host,
  source,
}: ClusterKey): Record<string, string> => ({
  status: 'failed',
  error: code,
  ...(httpStatus === null ? {} : { http: String(httpStatus) }),
  ...(host === null ? {} : { host }),
  ...(source === undefined ? {} : { source }),
});

export const clusterHref = (cluster: ClusterKey): string =>
  listAddress('/work-items', {}, clusterFilter(cluster));
