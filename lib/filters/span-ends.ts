/** A time of a list: the span as it is offered, and the two ends of the range that it is asked by. */
import { momentParameter } from '#lib/paging/parameters.ts';
import { type FilterDefinition, type ReadFilter, type SpanFilter, stretch } from './filter.ts';
import type { RowFilter } from './row-filters.ts';

type Words<N extends string> = Omit<SpanFilter<N>, 'kind' | 'from' | 'to'>;

/** `last_used` becomes `last_used_from` and `last_used_to`. */
export function spanEnds<const N extends string>(words: Words<N>) {
  const { name, label, help } = words;
  const from = `${name}_from` as const;
  const to = `${name}_to` as const;
  const span: SpanFilter<N, `${N}_from` | `${N}_to`> = { ...words, kind: 'date', from, to };
  const shared = { help, kind: 'date', isHidden: true } as const;
  const ends: readonly [ReadFilter<`${N}_from`, string>, ReadFilter<`${N}_to`, string>] = [
    { ...shared, name: from, label: `${label} since`, schema: momentParameter('start') },
    { ...shared, name: to, label: `${label} until`, schema: momentParameter('end'), endOf: from },
  ];
  return { span, ends };
}

/** Of a column of the list's table. */
export function spanOfColumn<const N extends string>(words: Words<N>, column: string) {
  const { span, ends } = spanEnds(words);
  const [from, to] = ends;
  const asked: readonly [
    FilterDefinition<`${N}_from`, string>,
    FilterDefinition<`${N}_to`, string>,
  ] = [
    { ...from, lasts: false, where: (since) => stretch(column, { since }) },
    { ...to, lasts: false, where: (before) => stretch(column, { before }) },
  ];
  return { span, ends: asked };
}

/** Of rows that are read whole; one without a time is in no span. */
export const spanOfRows =
  <R>() =>
  <const N extends string>(words: Words<N>, at: (row: R) => string | null) => {
    const { span, ends } = spanEnds(words);
    const [from, to] = ends;
    const asked: readonly [RowFilter<`${N}_from`, string, R>, RowFilter<`${N}_to`, string, R>] = [
      { ...from, matches: (row, since) => (at(row) ?? '') >= since },
      { ...to, matches: (row, before) => (at(row) ?? before) < before },
    ];
    return { span, ends: asked };
  };
