/**
 * The shapes a T-SQL migration is written in, read from its text. The files say plainly what is to be there;
 * how it is best done to a table that holds rows is decided from these.
 */

export interface AddColumns {
  /** As the file writes it: `[$(schema)].[work_items]`. */
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly definition: string }[];
}

/** One guarded `ALTER TABLE … ADD` of columns; null for any other batch. */
export function readAddColumns(batch: string): AddColumns | null {
  const [, guard, table, list] =
    /^IF COL_LENGTH\(N'(.+?)', N'\w+'\) IS NULL\s+ALTER TABLE (\S+) ADD\s+([\s\S]+?);?$/.exec(
      withoutLeadingComments(batch),
    ) ?? [];
  if (table === undefined || list === undefined || guard !== table) return null;
  const columns = splitList(list).flatMap((definition) => {
    const name = /^\[(\w+)\]/.exec(definition)?.[1];
    return name === undefined ? [] : [{ name, definition }];
  });
  return columns.length === 0 ? null : { table, columns };
}

export interface CreateIndex {
  readonly table: string;
  readonly name: string;
  /** The guard before it: `IF NOT EXISTS (…)`. */
  readonly guard: string;
  /** `CREATE NONCLUSTERED INDEX …`, without the final semicolon; a clustered one is made while its table is empty. */
  readonly statement: string;
  /** The condition of a filtered index, else null. */
  readonly filter: string | null;
}

/** One guarded `CREATE INDEX`; null for any other batch. */
export function readCreateIndex(batch: string): CreateIndex | null {
  const [, guard, statement, name, table, filter] =
    /^(IF NOT EXISTS \([^;]*?\))\s+(CREATE (?:UNIQUE )?(?:NON)?CLUSTERED INDEX \[(\w+)\]\s+ON (\S+) [^;]*?(?:\s+WHERE ([^;]+))?);$/.exec(
      withoutLeadingComments(batch),
    ) ?? [];
  if (!guard || !statement || !name || !table) return null;
  return { table, name, guard, statement, filter: filter ?? null };
}

export function withoutLeadingComments(batch: string): string {
  return batch.replace(/^(?:\s*--.*(?:\n|$))*/, '').trim();
}

/** The parts between commas that stand outside brackets and texts. */
export function splitList(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < list.length; at += 1) {
    const one = list.charAt(at);
    if (one === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (one === '(') depth += 1;
    else if (one === ')') depth -= 1;
    else if (one === ',' && depth === 0) {
      parts.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, list.slice(start).trim()];
}
