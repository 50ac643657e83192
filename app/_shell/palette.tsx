'use client';
/** The command palette: its button and its key; what opens is loaded when it is near. */
import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import type { Shortcut } from './shortcuts-on.ts';

const loadDialog = () => import('./palette-dialog.tsx');
const PaletteDialog = lazy(loadDialog);

export function Palette({ shortcuts }: { readonly shortcuts: readonly Shortcut[] }) {
  const [isOpen, setOpen] = useState(false);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setOpen((open) => !open);
      }
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  const prepare = () => void loadDialog();
  return (
    <>
      <Button
        size="sm"
        aria-label="Find Ctrl K"
        icon={<Search aria-hidden />}
        onPointerEnter={prepare}
        onFocus={prepare}
        onPress={() => setOpen(true)}
        className="text-ink-2 max-sm:w-8 max-sm:border-transparent max-sm:px-0 sm:min-w-44 sm:justify-start sm:[&>span>span]:flex-1"
      >
        <span className="flex items-center justify-between gap-6 font-normal max-sm:hidden">
          Find <kbd className="text-2xs text-ink-3">Ctrl K</kbd>
        </span>
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <PaletteDialog shortcuts={shortcuts} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
