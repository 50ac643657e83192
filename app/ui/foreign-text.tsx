/**
 * Texts that others wrote: titles, ids, addresses. A text that is written from right to left does not reorder what
 * stands beside it, and marks of direction, which are invisible and can make a text read as another, are shown.
 */
import { directionMarks } from '#lib/direction-marks.ts';
import { cx } from './cx.ts';

const everyMark = new RegExp(directionMarks, 'gu');

/** The text with its marks of direction written out: `‹U+202E›`. */
export const withVisibleMarks = (text: string): string =>
  text.replace(
    everyMark,
    (mark) => `‹U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`,
  );

/** A text of others beside our own words. */
export function Foreign({ text }: { readonly text: string }) {
  return <bdi>{withVisibleMarks(text)}</bdi>;
}

/** As much of the end of a text always stays: most ids and addresses differ there. */
const keptAtEnd = 14;

/** In a line of its own width: what does not fit is cut in the middle. */
export function MiddleCut({
  text,
  className,
}: {
  readonly text: string;
  readonly className?: string;
}) {
  const shown = [...withVisibleMarks(text)];
  const end = shown.length > 2 * keptAtEnd ? keptAtEnd : 0;
  return (
    <bdi className={cx('flex min-w-0', className)}>
      <span className="truncate whitespace-pre">{shown.slice(0, shown.length - end).join('')}</span>
      {end > 0 ? (
        <span className="shrink-0 whitespace-pre">{shown.slice(-end).join('')}</span>
      ) : null}
    </bdi>
  );
}
