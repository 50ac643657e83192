/**
 * What a correct crawl must find, computed from the wiki's own tables with none of the product's
 * code: breadth first over `pagelinks`, a link being one hop and a redirect none.
 */
import Sqlite from 'better-sqlite3';

export interface Reachable {
  /** Real pages, with underscores for blanks → hops from the seeds. */
  readonly pages: ReadonlyMap<string, number>;
  /** Redirects met on the way. */
  readonly redirects: ReadonlySet<string>;
  /** Linked titles that do not exist. */
  readonly missing: ReadonlySet<string>;
}

/** `seeds` with underscores or blanks; `maxDepth` 0 = the seeds alone. */
export function reachablePages(
  database: string,
  seeds: readonly string[],
  maxDepth: number,
): Reachable {
  const wiki = readWiki(database);
  const pages = new Map<string, number>();
  const redirects = new Set<string>();
  const missing = new Set<string>();
  let hop = seeds.map((seed) => seed.replaceAll(' ', '_'));
  for (let depth = 0; depth <= maxDepth && hop.length > 0; depth += 1) {
    const next: string[] = [];
    // Grows while it is walked: the target of a redirect is met on the same hop.
    const met = [...hop];
    for (const title of met) {
      if (pages.has(title) || redirects.has(title)) continue;
      const id = wiki.ids.get(title);
      if (id === undefined) missing.add(title);
      else if (wiki.redirects.has(id)) {
        redirects.add(title);
        const target = wiki.redirects.get(id);
        if (target !== undefined) met.push(target);
      } else {
        pages.set(title, depth);
        next.push(...(wiki.links.get(id) ?? []));
      }
    }
    hop = next;
  }
  return { pages, redirects, missing };
}

interface WikiTables {
  /** Title → page_id. */
  readonly ids: ReadonlyMap<string, number>;
  /** page_id → target. */
  readonly redirects: ReadonlyMap<number, string | undefined>;
  /** page_id → linked titles of the main namespace. */
  readonly links: ReadonlyMap<number, readonly string[]>;
}

/** The main namespace is all the crawl follows: a redirect out of it has no target here. */
function readWiki(database: string): WikiTables {
  const db = new Sqlite(database, { readonly: true, fileMustExist: true });
  try {
    // The driver types every row as unknown; the columns are those of the statements beside them.
    const rows = <T>(statement: string) => db.prepare(statement).all() as T[];
    const pages = rows<{ id: number; namespace: number; title: string }>(
      'select page_id as id, page_namespace as namespace, cast(page_title as text) as title from page',
    );
    const redirects = rows<{ id: number; namespace: number; title: string }>(
      'select rd_from as id, rd_namespace as namespace, cast(rd_title as text) as title from redirect',
    );
    const links = new Map<number, string[]>();
    for (const link of rows<{ id: number; title: string }>(linkStatement(db))) {
      links.set(link.id, [...(links.get(link.id) ?? []), link.title]);
    }
    const isMain = (row: { namespace: number }) => row.namespace === 0;
    return {
      ids: new Map(pages.filter(isMain).map((row) => [row.title, row.id])),
      redirects: new Map(redirects.map((row) => [row.id, isMain(row) ? row.title : undefined])),
      links,
    };
  } finally {
    db.close();
  }
}

/** MediaWiki 1.43 moved the target's title from pagelinks to linktarget. */
function linkStatement(db: Sqlite.Database): string {
  const columns = db.prepare("select name from pragma_table_info('pagelinks')").pluck().all();
  return columns.includes('pl_title')
    ? 'select pl_from as id, cast(pl_title as text) as title from pagelinks where pl_namespace = 0'
    : `select pl_from as id, cast(lt_title as text) as title
       from pagelinks join linktarget on lt_id = pl_target_id where lt_namespace = 0`;
}
