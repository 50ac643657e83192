/** Spans in an address are asked as the two ends of a range. */
import {
  momentParameter,
  type ParameterProblem,
  type RawParameters,
} from '#lib/paging/parameters.ts';
import type { SpanFilter } from './filter.ts';
import { readSpan, spanRemedy } from './spans.ts';
import type { LocalClock } from './zones.ts';

/** The parameters with the instants that the spans among them mean now; one that is not understood is left out and told. */
export function expandSpans(
  raw: RawParameters,
  spans: readonly SpanFilter[],
  clock: LocalClock,
): {
  readonly raw: Record<string, string | readonly string[]>;
  readonly problems: ParameterProblem[];
} {
  const expanded: Record<string, string | readonly string[]> = {};
  const problems: ParameterProblem[] = [];
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined && !spans.some((span) => span.name === name)) expanded[name] = value;
  }
  for (const { name, from, to } of spans) {
    const given = raw[name];
    const text = typeof given === 'string' ? given : (given?.join(',') ?? '');
    if (text === '') continue;
    const span = readSpan(text, clock);
    if (span === null) {
      const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
      problems.push({
        code: 'input_invalid',
        parameter: name,
        message: `“${name}” ${spanRemedy}; “${shown}” is ignored.`,
      });
      continue;
    }
    // Filters hold together: the narrower end counts.
    if (span.from) expanded[from] = laterOf(expanded[from], span.from, 'start');
    if (span.to) expanded[to] = earlierOf(expanded[to], span.to, 'end');
  }
  return { raw: expanded, problems };
}

type Given = string | readonly string[] | undefined;

const instantOf = (given: Given, end: 'start' | 'end') =>
  momentParameter(end).safeParse(given).data;

function laterOf(given: Given, instant: string, end: 'start'): string {
  const other = instantOf(given, end);
  return other !== undefined && other > instant ? other : instant;
}

function earlierOf(given: Given, instant: string, end: 'end'): string {
  const other = instantOf(given, end);
  return other !== undefined && other < instant ? other : instant;
}
