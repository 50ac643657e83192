/**
 * Whether a detail page's address names something that the person sees. A page that streams has sent its status
 * before it knows, so this is asked ahead of it.
 */
import { actorOfSession } from '#lib/access/sessions.ts';
import { isSeen, type Sight, sightOf } from '#lib/actor/model.ts';
import { getHost } from '#lib/hosts/list-hosts.ts';
import { getSeenBulkAction, ofItems } from '#lib/items/touched.ts';
import { recordSource } from '#lib/records/readable.ts';
import { getRun } from '#lib/runs/run-row.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { getSource } from '#lib/sources/read-sources.ts';
import { tokenOf } from './session-token.ts';

type Lookup = (db: Runtime['db'], id: string, sight: Sight) => Promise<boolean>;

const lookups: Readonly<Record<string, Lookup>> = {
  'bulk-actions': async (db, id, sight) => (await getSeenBulkAction(db, id, sight)) !== null,
  hosts: async (db, host, sight) => (await getHost(db, host, sight)) !== null,
  records: async (db, id, sight) => {
    const source = await recordSource(db, id);
    return source !== null && isSeen(sight, [source]);
  },
  runs: async (db, id, sight) => (await getRun(db, id, sight)) !== null,
  sources: async (db, id, sight) => (await getSource(db, id, sight))?.sourceId === id,
  'work-items': async (db, id, sight) => {
    const names = await ofItems(db, [id]);
    return names !== 'all' && isSeen(sight, names);
  },
};

/** Not ids, but pages of their own. */
const ownPages = [
  '/work-items/new',
  '/sources/new',
  '/sources/import',
  '/sources/export',
  '/runs/compare',
];

/**
 * False only when nothing is there for certain: what fails here, the page itself reports.
 * @param cookies of the request
 */
export async function mayBeKnown(
  pathname: string,
  cookies: Parameters<typeof tokenOf>[0],
): Promise<boolean> {
  const [, list, id] = /^\/([a-z-]+)\/([^/]+)(?:\/edit)?\/?$/.exec(pathname) ?? [];
  const lookup = list === undefined ? undefined : lookups[list];
  if (pathname === '/design') return isDesignShown();
  if (lookup === undefined || id === undefined || ownPages.includes(pathname)) return true;
  try {
    const { db } = await getRuntime();
    const token = await tokenOf(cookies);
    const actor = token === null ? null : await actorOfSession(db, token);
    return await lookup(db, decodeURIComponent(id), actor === null ? null : sightOf(actor));
  } catch {
    return true;
  }
}

/** Whether the design page is there: in development, and where the tests ask for it. */
export const isDesignShown = (): boolean =>
  process.env.NODE_ENV === 'development' || process.env['INGEST_DESIGN_PAGE'] === '1';
