/** Texts of a list that begin alike: which piece of each tells it from the others. Lengths are in characters as read. */

/** How many characters each has in common, from its beginning, with the one of the others that is most like it. */
export function whereTextsDiffer(texts: readonly string[]): ReadonlyMap<string, number> {
  const sorted = [...new Set(texts)].toSorted();
  const shared = sorted.map((text, at) => (at === 0 ? 0 : sharedStart(sorted[at - 1] ?? '', text)));
  return new Map(
    sorted.map((text, at) => [text, Math.max(shared[at] ?? 0, shared[at + 1] ?? 0)] as const),
  );
}

function sharedStart(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}
