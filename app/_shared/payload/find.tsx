'use client';
/** Finding text in a payload: the search in steps, its bar, and the matches marked. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useState } from 'react';
import { IconButton } from '#app/ui/button.tsx';
import { formatCount } from '#app/ui/num.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { inSteps } from '#lib/records/viewer/in-steps.ts';
import type { Found } from '#lib/records/viewer/json-tree.ts';

/** What to look for, how often it is there, and the way from one match to the next. */
export function FindBar<Match>({ found }: { readonly found: FindState<Match> }) {
  const { text, matches, step } = found;
  const isEmpty = matches.length === 0;
  return (
    <search
      className="order-last flex min-w-0 basis-full items-center gap-1 sm:order-none sm:max-w-md sm:flex-1 sm:basis-0"
      onKeyDownCapture={(event) => {
        if (event.key !== 'Enter' || !event.shiftKey) return;
        event.preventDefault();
        event.stopPropagation();
        step(-1);
      }}
    >
      <SearchField
        label="Find in the payload"
        placeholder="Find"
        isPageFilter
        className="min-w-32 flex-1"
        value={text}
        onChange={found.setText}
        onSubmit={() => step(1)}
      />
      <span role="status" className="num min-w-24 px-1 text-right text-xs text-ink-2">
        {inWords(found)}
      </span>
      <IconButton label="Previous (Shift Enter)" isDisabled={isEmpty} onPress={() => step(-1)}>
        <ArrowUp aria-hidden />
      </IconButton>
      <IconButton label="Next (Enter)" isDisabled={isEmpty} onPress={() => step(1)}>
        <ArrowDown aria-hidden />
      </IconButton>
    </search>
  );
}

function inWords<Match>({ text, matches, isCut, isLooking, at }: FindState<Match>): string {
  if (text === '') return '';
  if (isLooking) return 'searching …';
  if (matches.length === 0) return 'not found';
  const count = `${formatCount(matches.length)}${isCut ? '+' : ''}`;
  return at === null ? `${count} found` : `${formatCount(at + 1)} of ${count}`;
}

export interface FindState<Match> {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly matches: readonly Match[];
  readonly isCut: boolean;
  /** True from typing until all matches are known. */
  readonly isLooking: boolean;
  /** Index of the current match; null before the first step. */
  readonly at: number | null;
  /** To the next (+1) or previous (-1) match, around the ends. */
  readonly step: (by: 1 | -1) => void;
}

/** Typing on within this time is one search. */
const pauseMs = 150;

const nothing = { of: '', matches: [], isCut: false } as const;

/**
 * Looks for a text in a document in steps, and knows which match one is at.
 * @param find stable between renders: it is part of what is looked for
 */
export function useFound<Match>(
  find: (text: string) => Generator<void, Found<Match>, void>,
  onStep: (match: Match) => void,
): FindState<Match> {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found<Match> & { readonly of: string }>(nothing);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    setAt(null);
    if (text === '') {
      setFound(nothing);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      inSteps(find(text), stop.signal).then(
        (all) => setFound({ ...all, of: text }),
        // The person typed on.
        () => undefined,
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, find]);
  const { matches, isCut } = found.of === text ? found : nothing;
  return {
    text,
    setText,
    matches,
    isCut,
    isLooking: text !== '' && found.of !== text,
    at,
    step: (by) => {
      if (matches.length === 0) return;
      const next = at === null ? (by === 1 ? 0 : matches.length - 1) : at + by;
      const around = (next + matches.length) % matches.length;
      const match = matches[around];
      setAt(around);
      if (match !== undefined) onStep(match);
    },
  };
}

/** Text with the matches marked. */
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
