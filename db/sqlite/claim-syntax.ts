/** How SQLite writes a list of claimable items. */
import { sql } from 'kysely';
import type { CandidateSyntax } from '../queue/claim-candidates.ts';

/**
 * The orders are named: without statistics the planner takes any index that begins with the status.
 * https://www.sqlite.org/lang_indexedby.html
 */
export const claimSyntax: CandidateSyntax = {
  items: (order) =>
    order === 'named'
      ? sql`work_items as w`
      : sql`work_items as w indexed by ${sql.id(`IX_work_items_${order}`)}`,
  hosts: sql`hosts as h`,
  rowsOf: (texts) => sql`select value from json_each(${JSON.stringify(texts)})`,
  exact: (host) => host,
  first: (columns, rest, n) => sql`select ${columns} ${rest} limit ${n}`,
  // A subquery with a limit keeps its order, and ends as soon as enough has come out of it: sorting once
  // more would read it to its end.
  firstOf: (columns, walk, where, n) =>
    sql`select ${columns} from (${walk}) as w where ${where} limit ${n}`,
};
