/**
 * The items of a bulk action as they were when a person confirmed it: a list's filter and a moment, or
 * ids. What begins to match later does not belong to it.
 */

import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { readNow } from '#lib/now.ts';
import { parseWorkItemQuery, type WorkItemFilter, workItemParameters } from '../list/filter.ts';
import { type BulkScope, bulkScopeSchema } from './model.ts';

export const frozenScopeSchema = z.intersection(bulkScopeSchema, z.object({ asOf: z.string() }));
export type FrozenScope = z.output<typeof frozenScopeSchema>;

const notFilters = new Set(['sort', 'dir', 'cursor']);

/** Filters that ask for what no work and no person changes: an item that matches now always has. */
const lasting = new Set([
  'source',
  'type',
  'resource',
  'contains',
  'uri',
  'host',
  'from',
  'created_from',
  'created_to',
]);

/**
 * Freezes a scope.
 * @param asOf a moment it was frozen at before; never later than the database's now
 * @throws AppError `input_invalid` when a parameter is not understood: a list ignores it and says so, a
 *   change of everything else must not
 */
export async function freezeScope(
  s: Session,
  scope: BulkScope,
  asOf?: string,
): Promise<FrozenScope> {
  const now = await readNow(s);
  const moment = asOf === undefined ? now : new Date(asOf).toISOString();
  const at = { asOf: earlier(moment, now) };
  if ('ids' in scope) return { ids: [...new Set(scope.ids)], ...at };
  const filter = Object.fromEntries(
    Object.entries(scope.filter).filter(
      ([name, value]) => name in workItemParameters && !notFilters.has(name) && value !== '',
    ),
  );
  const [problem] = parseWorkItemQuery(filter).problems;
  if (problem) {
    throw new AppError('input_invalid', problem.message, {
      remedy: 'Correct or remove this filter.',
      fields: { [`scope.filter.${problem.parameter}`]: problem.message },
    });
  }
  return { filter, ...at };
}

/** The filter as the list asks it at the moment of freezing. */
export function filterAt({ filter, asOf }: { filter: Record<string, string>; asOf: Instant }) {
  return { ...parseWorkItemQuery(filter).query.filter, asOf };
}

/** The filter that finds of its items those that are still the same. */
export function frozenFilter(frozen: {
  filter: Record<string, string>;
  asOf: Instant;
}): WorkItemFilter {
  const filter = filterAt(frozen);
  const created = { ...filter.created, to: earlier(filter.created.to, justAfter(frozen.asOf)) };
  return unchangedSince(frozen) === undefined
    ? { ...filter, created }
    : {
        ...filter,
        created,
        updated: { ...filter.updated, to: earlier(filter.updated.to, justAfter(frozen.asOf)) },
      };
}

/**
 * The moment after which an item may have changed no more to belong to the scope. Undefined where the
 * scope asks for nothing that changes: what was fetched meanwhile belongs to it all the same.
 */
export function unchangedSince(frozen: FrozenScope): Instant | undefined {
  if ('ids' in frozen) return undefined;
  const isLasting = Object.keys(frozen.filter).every((parameter) => lasting.has(parameter));
  return isLasting ? undefined : frozen.asOf;
}

/** The end of a range is exclusive, and the moment itself still belongs to it. */
const justAfter = (moment: Instant) => new Date(Date.parse(moment) + 1).toISOString();

const earlier = (end: string | undefined, other: string) =>
  end !== undefined && end < other ? end : other;
