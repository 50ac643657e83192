/** ParameterProblems: which parts of the address were not understood, and are ignored. */
import type { ParameterProblem } from '#lib/paging/parameters.ts';
import { Banner } from './banner.tsx';

export function ParameterProblems({
  problems,
}: {
  readonly problems: readonly ParameterProblem[];
}) {
  if (problems.length === 0) return null;
  return (
    <Banner kind="warn" title="Part of the address was not understood and is ignored">
      <ul>
        {problems.map((problem) => (
          <li key={problem.parameter}>
            {problem.message} <code>{problem.code}</code>
          </li>
        ))}
      </ul>
    </Banner>
  );
}
