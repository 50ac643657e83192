/** Marked: text in which what was looked for stands out. */
import type { ReactElement, ReactNode } from 'react';

export function Marked({
  text,
  find,
}: {
  readonly text: string;
  readonly find: string;
}): ReactNode {
  return find === '' ? text : [...parts(text, find)];
}

function* parts(text: string, find: string): Generator<string | ReactElement> {
  const needle = find.toLowerCase();
  const lower = text.toLowerCase();
  // Some letters change their length in lower case: better no mark than a wrong one.
  const haystack = lower.length === text.length ? lower : text;
  let from = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, from)) {
    yield text.slice(from, at);
    from = at + needle.length;
    yield (
      <mark key={at} className="rounded-[2px] bg-warn-soft text-warn underline underline-offset-2">
        {text.slice(at, from)}
      </mark>
    );
  }
  yield text.slice(from);
}
