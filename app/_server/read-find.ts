/** What was typed into a filter box and sent before the box could read it: read here, and the address follows. */
import { redirect } from 'next/navigation';
import { checkOf } from '#app/_shared/filters/check-value.ts';
import type { ListName } from '#app/_shared/filters/list-names.ts';
import type { ListWords } from '#lib/filters/filter.ts';
import { readTyped } from '#lib/filters/typed.ts';
import type { ParameterProblem } from '#lib/paging/parameters.ts';
import { localClock } from './local-clock.ts';

/** Goes to the list that was asked for; comes back with what is wrong where the text cannot be read. */
export async function readFind(
  list: ListName,
  words: ListWords,
  current: Readonly<Record<string, string | undefined>>,
  href: (changes: Readonly<Record<string, string | null>>) => string,
): Promise<readonly ParameterProblem[]> {
  const text = current['find'];
  if (text === undefined) return [];
  const clock = await localClock();
  const { changes, problem } = readTyped(words, text.slice(0, 4000), clock, checkOf(list, clock));
  if (problem === null) redirect(href({ ...changes, find: null }));
  return [
    { code: 'input_invalid', parameter: 'find', message: `${problem.message} ${problem.remedy}` },
  ];
}
