/** The parameters that a view keeps: filter and order, never a position. */
import { AppError } from '#lib/errors/app-error.ts';
import { parseWorkItemQuery } from '#lib/items/list/filter.ts';
import { workItemParameterNames } from '#lib/items/list/parameters.ts';

/**
 * The query of a work-item list in canonical form: known parameters only, in one order. Two queries
 * that show the same are the same text. Throws `input_invalid` when a value is out of range.
 */
export function canonicalQuery(query: string): string {
  const given = new URLSearchParams(query);
  const kept = new URLSearchParams();
  for (const name of workItemParameterNames) {
    const value = given.getAll(name).filter(Boolean).join(',');
    if (value && name !== 'cursor') kept.set(name, value);
  }
  const { problems } = parseWorkItemQuery(Object.fromEntries(kept));
  const [problem] = problems;
  if (problem) {
    throw new AppError('input_invalid', problem.message, { fields: { query: problem.message } });
  }
  return kept.toString();
}
