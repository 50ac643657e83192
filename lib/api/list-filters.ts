/** The filters of the console's lists as the query of an endpoint. */
import { z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';
import type { ListWords } from '#lib/filters/filter.ts';
import type { ParameterProblem } from '#lib/paging/parameters.ts';

/** As text; what they must be, their own schemas say. Times are those of UTC. */
export const filterQuery = ({ groups }: ListWords) =>
  Object.fromEntries(
    groups
      .flatMap((group) => group.filters)
      .map(({ name, help, examples = [] }) => [
        name,
        z
          .string()
          .max(4000)
          .optional()
          .meta({ description: help, ...(examples.length > 0 ? { examples } : {}) }),
      ]),
  );

/** A program that errs gets no list of something else. */
export function refuseProblems(problems: readonly ParameterProblem[]): void {
  const [problem] = problems;
  if (problem === undefined) return;
  throw new AppError('input_invalid', problem.message, {
    fields: Object.fromEntries(problems.map(({ parameter, message }) => [parameter, message])),
  });
}
