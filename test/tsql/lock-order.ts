/** The order in which a transaction locks tables, read from the statements that it sends. */

import { bareText, type ChangeKind, type Modules } from './modules.ts';
import { appended, contradictions, lockOrder, returns } from './written-order.ts';

export interface TableChange {
  readonly table: string;
  readonly kind: ChangeKind;
  /** What was locked before is free again: a procedure has begun a transaction of its own. */
  readonly begins?: true;
}

const target =
  /\b(?:(insert|replace)(?: or \w+)? into|(update)(?: or \w+)?|(delete) from|(delete)|(exec|execute)(?: @\w+ =)?) (?:top \([^)]*\) )?(\w+)/gi;

/** The changes of a statement in the order of its text, those of triggers and procedures where they happen. */
export function changesOf(text: string, modules: Modules): TableChange[] {
  return follow(bareText(text), modules, new Set());
}

function follow(text: string, modules: Modules, within: ReadonlySet<string>): TableChange[] {
  return [...text.matchAll(target)].flatMap((match) => {
    const [, inserted, updated, deletedFrom, deleted, executed, name = ''] = match;
    if (executed) {
      const body = modules.procedures.get(name);
      // A procedure that calls itself has shown its changes once.
      if (body === undefined || within.has(name)) return [];
      return followProcedure(body, modules, new Set([...within, name]));
    }
    const kind: ChangeKind = inserted ? 'insert' : updated ? 'update' : 'delete';
    const table = tableOf(name, text.slice(match.index), modules);
    if (table === null || (!inserted && !updated && !deletedFrom && !deleted)) return [];
    return [{ table, kind }, ...ofTriggers({ table, kind }, modules, within)];
  });
}

/** One that begins transactions of its own is called outside of any: what stands between them is one by itself. */
function followProcedure(body: string, modules: Modules, within: ReadonlySet<string>) {
  const [before = '', ...transactions] = body.split(/\bbegin transaction\b/i);
  if (transactions.length === 0) return follow(body, modules, within);
  const parts = [before, ...transactions.flatMap((one) => one.split(/\bcommit transaction\b/i))];
  return parts.flatMap((part) =>
    follow(part, modules, within).map((change, place) =>
      place === 0 ? { ...change, begins: true as const } : change,
    ),
  );
}

function ofTriggers(
  { table, kind }: TableChange,
  modules: Modules,
  within: ReadonlySet<string>,
): TableChange[] {
  const key = `${kind} of ${table}`;
  if (within.has(key)) return [];
  const inner = new Set([...within, key]);
  return modules.triggers
    .filter((one) => one.table === table && one.kinds.includes(kind))
    .flatMap(({ body }) => follow(body, modules, inner));
}

/** `name` may be another name for a table: `update w set … from work_items as w`. Null: a variable, or no table of ours. */
function tableOf(name: string, rest: string, { tables }: Modules): string | null {
  if (tables.has(name)) return name;
  const [statement = ''] = rest.split(';');
  const named = new RegExp(`\\b(?:from|join) (\\w+) (?:as )?${name}\\b`, 'i').exec(statement);
  const table = named?.[1] ?? '';
  return tables.has(table) ? table : null;
}

/**
 * What a transaction does against the order: tables by their first locks, and tables that it comes back to after
 * it has locked others. Rows that are only appended are waited for by nobody, and have no place in it.
 */
export function faultsOf(changes: readonly TableChange[]): string[] {
  const next = changes.findIndex(({ begins }, place) => place > 0 && begins);
  return next === -1
    ? faultsOfOne(changes)
    : [...faultsOfOne(changes.slice(0, next)), ...faultsOf(changes.slice(next))];
}

function faultsOfOne(changes: readonly TableChange[]): string[] {
  const locks = changes.filter(({ table, kind }) => kind !== 'insert' || !appended.has(table));
  const faults: string[] = [];
  const first: string[] = [];
  let before = '';
  for (const { table } of locks) {
    if (!first.includes(table)) {
      for (const earlier of first) {
        const pair = `${earlier} → ${table}`;
        if (placeOf(earlier) > placeOf(table) && !(pair in contradictions)) faults.push(pair);
      }
      first.push(table);
    } else if (table !== before && !(table in returns)) faults.push(`back to ${table}`);
    before = table;
  }
  return faults;
}

function placeOf(table: string): number {
  const place = lockOrder.indexOf(table);
  if (place === -1) throw new Error(`${table} has no place in the order of locks.`);
  return place;
}
