/**
 * Whether a detail page's address names something there is. A page that streams has sent its status
 * before it knows, so this is asked ahead of it.
 */
import { getHost } from '#lib/hosts/list-hosts.ts';
import { getBulkAction } from '#lib/items/bulk/read.ts';
import { workItemExists } from '#lib/items/detail.ts';
import { recordExists } from '#lib/records/detail.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { getSource } from '#lib/sources/read-sources.ts';

const lookups: Readonly<Record<string, (db: Runtime['db'], id: string) => Promise<boolean>>> = {
  'bulk-actions': async (db, id) => (await getBulkAction(db, id)) !== null,
  hosts: async (db, host) => (await getHost(db, host)) !== null,
  records: recordExists,
  runs: async (db, id) => (await getRun(db, id)) !== null,
  sources: async (db, id) => (await getSource(db, id))?.sourceId === id,
  'work-items': workItemExists,
};

/** Not ids, but pages of their own. */
const ownPages = [
  '/work-items/new',
  '/sources/new',
  '/sources/import',
  '/sources/export',
  '/runs/compare',
];

/** False only when nothing is there for certain: what fails here, the page itself reports. */
export async function mayBeKnown(pathname: string): Promise<boolean> {
  const [, list, id] = /^\/([a-z-]+)\/([^/]+)(?:\/edit)?\/?$/.exec(pathname) ?? [];
  const lookup = list === undefined ? undefined : lookups[list];
  if (pathname === '/design') return isDesignShown();
  if (lookup === undefined || id === undefined || ownPages.includes(pathname)) return true;
  try {
    return await lookup((await getRuntime()).db, decodeURIComponent(id));
  } catch {
    return true;
  }
}

/** Whether the design page is there: in development, and where the tests ask for it. */
export const isDesignShown = (): boolean =>
  process.env.NODE_ENV === 'development' || process.env['INGEST_DESIGN_PAGE'] === '1';
