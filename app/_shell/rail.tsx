'use client';
/** The rail: a column on wide screens, an icon strip on middle ones, a drawer on narrow ones. */
import { Menu as MenuIcon } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { lazy, Suspense, useState } from 'react';
import { IconButton } from '#app/ui/button.tsx';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { Mark } from '#app/ui/mark.tsx';
import { isCurrent } from './navigation.ts';
import { usePlaces } from './use-places.ts';

const RailDialog = lazy(() => import('./rail-dialog.tsx'));

function Places({
  isCompact = false,
  onGo,
}: {
  /** Icons only up to the width where words fit. */
  readonly isCompact?: boolean;
  readonly onGo?: () => void;
}) {
  const pathname = usePathname();
  return (
    <div className="flex flex-col gap-px px-2">
      {usePlaces().map((place) => {
        const current = isCurrent(place, pathname);
        const Icon = place.icon;
        return (
          <Link
            key={place.href}
            href={place.href}
            title={isCompact ? `${place.label} (g ${place.key})` : undefined}
            {...(current ? { 'aria-current': 'page' } : {})}
            {...(onGo ? { onClick: onGo } : {})}
            className={cx(
              'group/place flex h-8 items-center gap-2.5 rounded px-2 text-sm',
              isCompact && 'max-lg:justify-center',
              current
                ? 'bg-accent-soft font-medium text-accent'
                : 'text-ink-2 hover:bg-hover hover:text-ink',
            )}
          >
            <Icon aria-hidden className="size-4 shrink-0" />
            <span className={cx('flex-1 truncate', isCompact && 'max-lg:sr-only')}>
              {place.label}
            </span>
            <kbd
              aria-hidden
              className={cx(
                // Its room is the label's until it is asked for.
                'hidden text-2xs text-ink-3 group-hover/place:block',
                isCompact && 'max-lg:hidden',
              )}
            >
              g {place.key}
            </kbd>
          </Link>
        );
      })}
    </div>
  );
}

export function Rail() {
  return (
    <nav
      aria-label="Console"
      className="sticky top-0 hidden h-dvh w-13 shrink-0 flex-col gap-3 overflow-y-auto border-r bg-surface pb-3 md:flex lg:w-48 print:hidden"
    >
      <Link
        href="/"
        className="flex h-12 shrink-0 items-center gap-2 px-3.5 text-sm font-semibold tracking-[-0.01em] max-lg:justify-center max-lg:px-0"
      >
        <Mark className="size-6 text-accent" />
        <span className="max-lg:sr-only">Holocron Ingest</span>
      </Link>
      <Places isCompact />
    </nav>
  );
}

/** The rail of narrow screens. */
export function RailDrawer() {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <div className="md:hidden">
      <IconButton label="Open the navigation" onPress={() => setOpen(true)}>
        <MenuIcon aria-hidden />
      </IconButton>
      {isOpen ? (
        <Suspense fallback={null}>
          <RailDialog onClose={close}>
            <Places onGo={close} />
          </RailDialog>
        </Suspense>
      ) : null}
    </div>
  );
}
