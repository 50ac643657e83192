'use client';
/** FindBar: what to look for, how often it is there, and the way from one place to the next. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { IconButton } from '#app/ui/button.tsx';
import { formatCount } from '#app/ui/num.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import type { FindState } from './use-found.ts';

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
  if (isLooking) return 'looking …';
  if (matches.length === 0) return 'not found';
  const count = `${formatCount(matches.length)}${isCut ? '+' : ''}`;
  return at === null ? `${count} found` : `${formatCount(at + 1)} of ${count}`;
}
