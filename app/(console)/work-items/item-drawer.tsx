'use client';
/**
 * ItemDrawer: a closer look at one item of the list. Beside the list on a wide screen, which stays usable
 * under it; a sheet over everything on a narrow one.
 */
import { ChevronDown, ChevronUp, ExternalLink, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import { IconButton, LinkButton } from '#app/ui/button.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import { ItemPreview } from './item-preview.tsx';

const ItemSheet = lazy(() => import('./item-sheet.tsx'));

const wide = '(min-width: 64rem)';

export default function ItemDrawer({
  itemId,
  row,
  canChange,
  onStep,
  onClose,
}: {
  readonly itemId: string;
  /** The item as the list shows it; absent when it is on another page. */
  readonly row: WorkItemSummary | undefined;
  readonly canChange: boolean;
  /** Absent where there is no further row. */
  readonly onStep: Readonly<Record<'back' | 'on', (() => void) | null>>;
  readonly onClose: () => void;
}) {
  const isWide = useMatch(wide);
  const title = row?.resourceId ?? 'Work item';
  const content = (
    <>
      <header className="sticky top-0 z-10 flex items-center gap-1 border-b bg-surface py-2 pr-2 pl-4">
        <h2 className="min-w-0 flex-1 text-base font-semibold" title={title}>
          <MiddleCut text={title} />
        </h2>
        <LinkButton
          href={`/work-items/${itemId}`}
          size="sm"
          icon={<ExternalLink aria-hidden />}
          className="mr-1"
        >
          Open page
        </LinkButton>
        <IconButton
          label="Previous row (k)"
          size="sm"
          isDisabled={onStep.back === null}
          onPress={() => onStep.back?.()}
        >
          <ChevronUp aria-hidden />
        </IconButton>
        <IconButton
          label="Next row (j)"
          size="sm"
          isDisabled={onStep.on === null}
          onPress={() => onStep.on?.()}
        >
          <ChevronDown aria-hidden />
        </IconButton>
        <IconButton label="Close (Esc)" size="sm" onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <ItemPreview key={itemId} itemId={itemId} canChange={canChange} />
    </>
  );
  return isWide ? (
    <SidePanel label={`Work item ${title}`}>{content}</SidePanel>
  ) : (
    <Suspense fallback={null}>
      <ItemSheet label={`Work item ${title}`} onClose={onClose}>
        {content}
      </ItemSheet>
    </Suspense>
  );
}

function SidePanel({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  const panel = useRef<HTMLElement>(null);
  // Whoever opened it continues reading there; j and k then change what it shows and leave the focus.
  useEffect(() => panel.current?.focus({ preventScroll: true }), []);
  return (
    <aside
      ref={panel}
      aria-label={label}
      tabIndex={-1}
      className="appear fixed top-12 right-0 bottom-0 z-20 w-[28rem] overflow-y-auto border-l border-line-strong bg-surface shadow-float outline-none"
    >
      {children}
    </aside>
  );
}

function useMatch(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
    () => true,
  );
}
