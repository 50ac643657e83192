'use client';
/**
 * Keys of the whole console: `g` then a letter goes to a page, `/` focuses the page's filter, `j` and `k`
 * move through the rows of its list, `?` shows the keys, Ctrl K opens the palette. Single keys can be
 * turned off (WCAG 2.1.4) and never fire while somebody types.
 */
import { Keyboard as KeyboardIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { IconButton } from '#app/ui/button.tsx';
import { usePlaces } from './use-places.ts';

const KeysSheet = lazy(() => import('./keys-sheet.tsx'));

const storageKey = 'holocron-keys';
/** Time to press the letter after `g`, ms. */
const chordMs = 1_200;
/** Zero is the start of the page load: for a moment after it, a key would seem to follow a `g`. */
const noChord = Number.NEGATIVE_INFINITY;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type=checkbox]), textarea, select, [role=textbox]') !== null)
  );
}

const isBehindDialog = () => document.querySelector('[role=dialog], [role=alertdialog]') !== null;

export function KeyboardShortcuts() {
  const places = usePlaces();
  const router = useRouter();
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [areKeysOn, setKeysOn] = useState(true);
  const chordSince = useRef(noChord);

  useEffect(() => {
    if (localStorage.getItem(storageKey) === 'off') setKeysOn(false);
  }, []);

  useEffect(() => {
    if (!areKeysOn) return;
    function onKeyDown(event: KeyboardEvent) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || isBehindDialog()) return;
      const inChord = performance.now() - chordSince.current < chordMs;
      chordSince.current = noChord;
      if (inChord) {
        const place = places.find(({ key }) => key === event.key);
        if (place) {
          event.preventDefault();
          router.push(place.href);
        }
        return;
      }
      if (event.key === 'g') {
        chordSince.current = performance.now();
      } else if (event.key === '?') {
        event.preventDefault();
        setSheetOpen(true);
      } else if (event.key === '/') {
        const filter = document.querySelector<HTMLElement>('[data-page-filter]');
        if (filter) {
          event.preventDefault();
          filter.focus();
        }
      } else if ((event.key === 'j' || event.key === 'k') && stepRow(event.key === 'j' ? 1 : -1)) {
        event.preventDefault();
      }
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [areKeysOn, places, router]);

  return (
    <>
      <span className="max-sm:hidden">
        <IconButton label="Keyboard shortcuts" onPress={() => setSheetOpen(true)}>
          <KeyboardIcon aria-hidden />
        </IconButton>
      </span>
      {isSheetOpen ? (
        <Suspense fallback={null}>
          <KeysSheet
            areKeysOn={areKeysOn}
            onSwitch={(next) => {
              localStorage.setItem(storageKey, next ? 'on' : 'off');
              setKeysOn(next);
            }}
            onClose={() => setSheetOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}

/** What a row is entered by. */
const controls = 'a[href], button, summary';

/**
 * Moves the focus to the next (+1) or previous (-1) row of the table it is in, or else of the page's first
 * one. False where there is none; the grid of work items has keys of its own.
 */
function stepRow(by: 1 | -1): boolean {
  const focused = document.activeElement;
  const table = focused?.closest('main table') ?? document.querySelector('main table');
  if (!table || table.querySelector('tr[data-row]')) return false;
  const rows = [...table.querySelectorAll('tbody tr')].flatMap((row) => {
    const control = row.querySelector<HTMLElement>(controls);
    return control ? [{ row, control }] : [];
  });
  const at = rows.findIndex(({ row }) => row.contains(focused));
  const next = rows[at < 0 ? 0 : at + by];
  next?.control.focus();
  next?.row.scrollIntoView({ block: 'nearest' });
  return rows.length > 0;
}
