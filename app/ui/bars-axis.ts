/** What the axes of a chart of bars show. */

const daySeconds = 86_400;

/** A bar stands to the right of its moment: the last one needs room. One bar alone takes all of it. @param moments seconds */
export function rangeOfBars(moments: ArrayLike<number>, unitSeconds: number): [number, number] {
  const first = moments[0] ?? 0;
  const last = moments[moments.length - 1] ?? first;
  return [first, last + unitSeconds];
}

/** Whole days only: a label says of which day the bar is that begins there. */
export const dayIncrements = [1, 2, 3, 7, 14, 28].map((days) => days * daySeconds);

/** 1, 2, 5, 10 … up to what any count may be. */
export const countIncrements = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();
