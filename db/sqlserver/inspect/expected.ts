/** What the migrations make, in the form in which it is compared with the catalogue. */
import type { FinalTable } from '../../migrate/final-schema.ts';
import { splitList, withoutLeadingComments } from '../../migrate/tsql.ts';

/**
 * Names are compared in lower case, by JavaScript's rules and not by the database's, where i need not be I. An index
 * under another name counts when it has the same columns: an existing database has its own names, and some servers
 * change them.
 */
export const same = (name: string) => name.toLowerCase();

export interface ExpectedIndex {
  readonly name: string;
  /** What makes it this index: uniqueness, keys in order, included columns. */
  readonly shape: string;
  /** The order of the table itself: one that an earlier program made keeps its own. */
  readonly isClustered?: boolean;
}

export interface ExpectedTable {
  readonly name: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly indexes: readonly ExpectedIndex[];
  readonly triggers: readonly string[];
}

export const bare = (name: string) => /\[?(\w+)\]?$/.exec(name.trim())?.[1] ?? name;
export const shapeOf = (isUnique: boolean, keys: readonly string[], included: readonly string[]) =>
  JSON.stringify([isUnique, keys.map(same), included.map(same).sort()]);

function columnsIn(list: string): string[] {
  return splitList(list).map((part) => bare(part.replace(/\s+(ASC|DESC)$/i, '')));
}

function indexFrom(name: string, statement: string): ExpectedIndex[] {
  const [, unique, nonclustered, keys = '', included = ''] =
    /CREATE (UNIQUE )?(NON)?CLUSTERED INDEX \[\w+\]\s+ON \S+ \(([^)]*)\)(?:\s+INCLUDE \(([^)]*)\))?/.exec(
      statement,
    ) ?? [];
  if (keys === '') return [];
  const rest = included === '' ? [] : columnsIn(included);
  const shape = shapeOf(unique !== undefined, columnsIn(keys), rest);
  return [{ name, shape, isClustered: nonclustered === undefined }];
}

export function expectedTable({ name, columns, constraints, rest }: FinalTable): ExpectedTable {
  const definitions = columns.flatMap((definition) => {
    const [, column, type] =
      /^\[(\w+)\]\s+(\w+(?:\s*\([^)]*\))?)/.exec(withoutLeadingComments(definition)) ?? [];
    return column && type ? [[same(column), type.replaceAll(' ', '').toUpperCase()] as const] : [];
  });
  const keys = constraints.flatMap((constraint) => {
    const [, key, list = ''] =
      /CONSTRAINT \[(\w+)\] (?:PRIMARY KEY|UNIQUE)[^(]*\(([^)]*)\)/.exec(constraint) ?? [];
    return key ? [{ name: key, shape: shapeOf(true, columnsIn(list), []) }] : [];
  });
  const others = [...rest].filter(([, statement]) => /\bINDEX\b/.test(statement));
  return {
    name: bare(name),
    columns: new Map(definitions),
    indexes: [...keys, ...others.flatMap(([index, statement]) => indexFrom(index, statement))],
    triggers: [...rest.values()].flatMap((statement) => {
      const trigger = /\bCREATE TRIGGER (\S+)/.exec(statement)?.[1];
      return trigger ? [bare(trigger)] : [];
    }),
  };
}
