/** The tables, triggers and procedures that the migrations make, read from their text. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type ChangeKind = 'insert' | 'update' | 'delete';

interface Trigger {
  readonly table: string;
  readonly kinds: readonly ChangeKind[];
  readonly body: string;
}

export interface Modules {
  readonly tables: ReadonlySet<string>;
  readonly triggers: readonly Trigger[];
  /** Bodies by name. */
  readonly procedures: ReadonlyMap<string, string>;
}

const directories = {
  sqlserver: 'db/migrations',
  sqlite: 'db/migrations/sqlite',
} as const;

/** Without comments and the contents of strings, and with bare names: no brackets, quotes or schemas. */
export function bareText(text: string): string {
  return text
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/[[\]"`]/g, '')
    .replace(/\$\(schema\)\./g, '')
    .replace(/\b(?:ingest|main|test_[0-9a-f]{12})\./g, '')
    .replace(/\s+/g, ' ');
}

const creation = /^create (?:or alter )?(table|trigger|procedure) (?:if not exists )?(.*)/i;
/** A module that a condition stands before is made by `EXEC`; what follows in its batch is no part of it. */
const executed = /\bexec ?\( ?n'((?:[^']|'')*)'\)/gi;
const endOfExecuted = '\0';
const tSqlTrigger = /^\S+ on (\w+) (?:after|for) ((?:insert|update|delete|, ?)+) as (.*)/i;
const sqliteTrigger =
  /^\S+ (?:after|before) (insert|update|delete)(?: of [\w, ]+?)? on (\w+) .*?begin (.*)/i;

export function modulesOf(engine: keyof typeof directories): Modules {
  const tables = new Set<string>();
  const triggers: Trigger[] = [];
  const procedures = new Map<string, string>();
  for (const made of creations(directories[engine])) {
    const [, what = '', rest = ''] = creation.exec(made) ?? [];
    const [name = ''] = rest.split(/[ (]/);
    if (what.toLowerCase() === 'table') tables.add(name);
    else if (what.toLowerCase() === 'procedure') procedures.set(name, rest.slice(name.length));
    else triggers.push(triggerOf(rest));
  }
  return { tables, triggers, procedures };
}

/** From each CREATE to the next, or to the end of its batch. */
function creations(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').split(/^GO\s*$/m))
    .map((batch) => batch.replace(/--[^\n]*/g, ''))
    .map((batch) =>
      batch.replace(executed, (_, text: string) => text.replaceAll("''", "'") + endOfExecuted),
    )
    .map(bareText)
    .flatMap((batch) => batch.split(endOfExecuted))
    .flatMap((batch) => batch.split(/(?=\bcreate (?:or alter )?(?:table|trigger|procedure) )/i))
    .filter((text) => creation.test(text));
}

function triggerOf(text: string): Trigger {
  const onServer = tSqlTrigger.exec(text);
  if (onServer) {
    const [, table = '', kinds = '', body = ''] = onServer;
    return { table, kinds: kinds.split(',').map(kindOf), body };
  }
  const inFile = sqliteTrigger.exec(text);
  if (!inFile) throw new Error(`A trigger that cannot be read: ${text.slice(0, 120)}`);
  const [, kind = '', table = '', body = ''] = inFile;
  return { table, kinds: [kindOf(kind)], body };
}

function kindOf(word: string): ChangeKind {
  const kind = word.trim().toLowerCase();
  if (kind === 'insert' || kind === 'update' || kind === 'delete') return kind;
  throw new Error(`${word} is no change to a table.`);
}
