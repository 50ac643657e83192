/** All endpoints of the API. A new one is an entry in the file of its noun. */
import type { Endpoint, Method } from './endpoint.ts';
import { attention } from './endpoints/attention.ts';
import { bulk } from './endpoints/bulk.ts';
import { exports_ } from './endpoints/exports.ts';
import { items } from './endpoints/items.ts';
import { mutes } from './endpoints/mutes.ts';
import { operations } from './endpoints/operations.ts';
import { quarantines } from './endpoints/quarantines.ts';
import { records } from './endpoints/records.ts';
import { rooms } from './endpoints/rooms.ts';
import { runs } from './endpoints/runs.ts';
import { settings } from './endpoints/settings.ts';
import { sourceHistory } from './endpoints/source-history.ts';
import { sources } from './endpoints/sources.ts';

export const endpoints: readonly Endpoint[] = [
  ...sources,
  ...sourceHistory,
  ...runs,
  ...items,
  ...bulk,
  ...records,
  ...operations,
  ...attention,
  ...exports_,
  ...settings,
  ...mutes,
  ...quarantines,
  ...rooms,
];

const routes = endpoints.map((one) => ({ one, segments: one.path.split('/').slice(1) }));
/** Fixed words go before parameters: `/sources/yaml` is no source of that name. */
const parametersOf = (segments: readonly string[]) =>
  segments.filter((segment) => segment.startsWith('{')).length;

export interface Matched {
  readonly endpoint: Endpoint;
  /** As they stand in the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** The endpoint of a path behind `/api/v1`; the methods it has instead; null when there is no such path. */
export function matchEndpoint(
  method: string,
  path: readonly string[],
): Matched | { readonly allowed: readonly Method[] } | null {
  const fitting = routes
    .filter(({ segments }) => segments.length === path.length)
    .filter(({ segments }) =>
      segments.every((segment, at) => segment.startsWith('{') || segment === path[at]),
    )
    .toSorted((a, b) => parametersOf(a.segments) - parametersOf(b.segments));
  const [best] = fitting;
  if (best === undefined) return null;
  const same = fitting.filter(({ one }) => one.path === best.one.path);
  const found = same.find(({ one }) => one.method === method);
  if (found === undefined) return { allowed: same.map(({ one }) => one.method) };
  const params = found.segments.flatMap((segment, at) =>
    segment.startsWith('{') ? [[segment.slice(1, -1), path[at] ?? ''] as const] : [],
  );
  return { endpoint: found.one, params: Object.fromEntries(params) };
}
