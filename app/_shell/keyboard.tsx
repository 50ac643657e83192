'use client';
/**
 * Keys of the whole console: `g` then a letter goes to a page, `/` focuses the page's filter, `?` shows
 * the keys, Ctrl K opens the palette. Single keys can be turned off (WCAG 2.1.4) and never fire
 * while somebody types.
 */
import { Keyboard as KeyboardIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { SwitchField } from '#app/ui/field.tsx';
import { places } from './navigation.ts';

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
      }
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [areKeysOn, router]);

  return (
    <>
      <span className="max-sm:hidden">
        <IconButton label="Keyboard shortcuts" onPress={() => setSheetOpen(true)}>
          <KeyboardIcon aria-hidden />
        </IconButton>
      </span>
      <Dialog title="Keys" isOpen={isSheetOpen} onOpenChange={setSheetOpen}>
        <div className="flex flex-col gap-5">
          <div className="grid gap-6 sm:grid-cols-2">
            <KeyList title="Go to" keys={places.map(({ key, label }) => [['g', key], label])} />
            <div className="flex flex-col gap-6">
              <KeyList
                title="Everywhere"
                keys={[
                  [['Ctrl', 'K'], 'Find an item, source, run or page'],
                  [['/'], 'Focus the filter'],
                  [['?'], 'These keys'],
                  [['Esc'], 'Close what is open'],
                ]}
              />
              <KeyList
                title="In lists"
                keys={[
                  [['j'], 'Next row'],
                  [['k'], 'Previous row'],
                  [['x'], 'Select the row'],
                  [['Shift', 'j'], 'Select rows on the way'],
                  [['Enter'], 'Open the row beside the list, then its page'],
                ]}
              />
            </div>
          </div>
          <div className="border-t pt-4">
            <SwitchField
              label="Single-key shortcuts"
              help="Turn off if they get in the way of speech input. Ctrl K stays."
              isSelected={areKeysOn}
              onChange={(next) => {
                localStorage.setItem(storageKey, next ? 'on' : 'off');
                setKeysOn(next);
              }}
            />
          </div>
        </div>
      </Dialog>
    </>
  );
}

function KeyList({
  title,
  keys,
}: {
  readonly title: string;
  readonly keys: readonly (readonly [readonly string[], string])[];
}) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-xs font-medium text-ink-3">{title}</h3>
      <dl className="flex flex-col gap-1.5">
        {keys.map(([strokes, words]) => (
          <div key={words} className="flex items-center justify-between gap-4 text-sm">
            <dt>{words}</dt>
            <dd className="flex gap-1">
              {strokes.map((stroke) => (
                <kbd
                  key={stroke}
                  className="min-w-5 rounded-sm border border-line-strong bg-inset px-1.5 text-center text-2xs text-ink-2"
                >
                  {stroke}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
