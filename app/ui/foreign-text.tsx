/**
 * Texts that others wrote: titles, ids, addresses. A text that is written from right to left does not reorder what
 * stands beside it, and marks of direction, which are invisible and can make a text read as another, are shown.
 */
import { directionMarks } from '#lib/direction-marks.ts';

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
