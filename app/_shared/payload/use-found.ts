/** What is looked for in a document: the places that match, worked out in steps, and the one stood on. */
import { useEffect, useState } from 'react';
import { inSteps } from '#lib/records/viewer/in-steps.ts';
import type { Found } from '#lib/records/viewer/json-tree.ts';

export interface FindState<Match> {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly matches: readonly Match[];
  readonly isCut: boolean;
  /** True from typing until all places are known. */
  readonly isLooking: boolean;
  /** Index of the match stood on; null before the first step. */
  readonly at: number | null;
  /** To the next (+1) or previous (-1) match, around the ends. */
  readonly step: (by: 1 | -1) => void;
}

/** Typing on within this time is one search. */
const pauseMs = 150;

const nothing = { of: '', matches: [], isCut: false } as const;

/** @param find stable between renders: it is part of what is looked for */
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
        // Somebody typed on.
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
