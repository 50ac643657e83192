/** The items that are failed as a cluster's attempts did, as parameters of the work-item list. */
import type { ErrorCluster } from '#lib/metrics/model.ts';
import { listAddress } from '../list-address.ts';

export type ClusterKey = Pick<ErrorCluster, 'code' | 'httpStatus' | 'host'>;

export const clusterFilter = ({ code, httpStatus, host }: ClusterKey): Record<string, string> => ({
  status: 'failed',
  error: code,
  ...(httpStatus === null ? {} : { http: String(httpStatus) }),
  ...(host === null ? {} : { host }),
});

export const clusterHref = (cluster: ClusterKey): string =>
  listAddress('/work-items', {}, clusterFilter(cluster));
