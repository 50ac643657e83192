'use client';
/**
 * The open palette: pages, things to do, and what is found by name, id or address. A verb in front ("pause wiki") finds
 * what it can be done to, and leads to the button that asks first.
 */
import {
  Box,
  CalendarClock,
  CornerDownRight,
  Globe,
  Play,
  Search,
  TriangleAlert,
  UserRound,
  Waypoints,
} from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useEffect, useState } from 'react';
import {
  Dialog as AriaDialog,
  Menu as AriaMenu,
  Autocomplete,
  Header,
  Input,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import useSWR from 'swr';
import { AriaRoot } from '#app/ui/aria-root.tsx';
import { useGoTo } from '#app/ui/ask-for.tsx';
import { MiddleCut } from '#app/ui/middle-cut.tsx';
import { TryAgain } from '#app/ui/try-again.tsx';
import { useHeld } from '#app/ui/use-held.ts';
import type { Found } from '#lib/search/find.ts';
import { type Shortcut, shortcutsOn } from './shortcuts-on.ts';
import { usePlaces } from './use-places.ts';

/** As they stand in the list. */
const kinds = {
  source: { heading: 'Sources', icon: Waypoints },
  run: { heading: 'Runs', icon: Play },
  host: { heading: 'Hosts', icon: Globe },
  schedule: { heading: 'Schedules', icon: CalendarClock },
  failures: { heading: 'Failures', icon: TriangleAlert },
  user: { heading: 'Users', icon: UserRound },
  'work-item': { heading: 'Work items', icon: Box },
} as const satisfies Readonly<Record<Found['kind'], unknown>>;

async function ask(url: string): Promise<readonly Found[]> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`search answered ${response.status}`);
  // Our own route; its type is Found[] (app/api/search/route.ts).
  return (await response.json()) as readonly Found[];
}

/** The value once it has stood still for a moment, so that not every key asks the server. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

const nothing: readonly Found[] = [];

export default function PaletteDialog({
  shortcuts,
  onClose,
}: {
  readonly shortcuts: readonly Shortcut[];
  readonly onClose: () => void;
}) {
  const goTo = useGoTo();
  const pathname = usePathname();
  const [text, setText] = useState('');
  const wanted = useSettled(text.trim(), 150);
  const { data, error, isLoading, mutate } = useSWR<readonly Found[], unknown>(
    wanted.length >= 2 ? `/api/search?q=${encodeURIComponent(wanted)}` : null,
    ask,
    { keepPreviousData: true, revalidateOnFocus: false },
  );
  // Nothing that arrives late moves what Enter or a press is about to choose.
  const { shown, late, hold } = useHeld(text, wanted.length >= 2 && data ? data : nothing);
  const matches = ({ label }: { readonly label: string }) =>
    label.toLowerCase().includes(text.trim().toLowerCase());
  const pages = usePlaces().filter(matches);
  // With nothing typed, the pages fill the list.
  const actions = text.trim() === '' ? [] : shortcutsOn(pathname, shortcuts).filter(matches);
  const take = ({ href, fills }: Shortcut) => (fills === undefined ? go(href) : setText(fills));
  const go = (href: string) => {
    onClose();
    goTo(href);
  };
  return (
    <AriaRoot>
      <ModalOverlay
        isOpen
        onOpenChange={onClose}
        isDismissable
        className="appear fixed inset-0 z-50 flex items-start justify-center bg-shade p-3 sm:pt-[12vh]"
      >
        <Modal className="w-full max-w-xl overflow-hidden rounded-lg border border-line-strong bg-raised shadow-float">
          <AriaDialog aria-label="Find" className="outline-none">
            <Autocomplete inputValue={text} onInputChange={setText}>
              <SearchField
                aria-label="Find an item, source, run, page or action"
                autoFocus
                onKeyDown={({ key }) =>
                  key === 'ArrowDown' || key === 'ArrowUp' ? hold() : undefined
                }
                className="flex items-center gap-2 border-b px-3"
              >
                <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
                <Input
                  placeholder="Resource, id, source, run, page, or “pause wiki”"
                  className="h-11 w-full bg-transparent text-base outline-none placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
                />
              </SearchField>
              <AriaMenu
                aria-label="Results"
                className="max-h-[75vh] overflow-y-auto p-1.5 outline-none"
                onPointerMove={hold}
                renderEmptyState={() => (
                  <p role="status" className="px-2.5 py-6 text-center text-sm text-ink-3">
                    {error ? (
                      <>
                        The search did not answer.{' '}
                        <TryAgain size="sm" onRetry={() => void mutate()} />
                      </>
                    ) : isLoading ? (
                      'Looking…'
                    ) : (
                      'Nothing found.'
                    )}
                  </p>
                )}
              >
                {/* What is known at once stands first: what is found comes later, and below. */}
                {pages.length === 0 ? null : (
                  <MenuSection>
                    <Header className="px-2 pt-2 pb-1 text-xs text-ink-3">Pages</Header>
                    {pages.map((place) => {
                      const Icon = place.icon;
                      return (
                        <Entry
                          key={place.href}
                          id={place.href}
                          title={place.label}
                          detail={`g ${place.key}`}
                          icon={<Icon aria-hidden className="size-4 shrink-0 text-ink-3" />}
                          onAction={() => go(place.href)}
                        />
                      );
                    })}
                  </MenuSection>
                )}
                {actions.length === 0 ? null : (
                  <MenuSection>
                    <Header className="px-2 pt-2 pb-1 text-xs text-ink-3">Shortcuts</Header>
                    {actions.map((shortcut) => (
                      <Entry
                        key={shortcut.href}
                        id={shortcut.href}
                        title={shortcut.label}
                        detail={shortcut.detail}
                        icon={
                          <CornerDownRight aria-hidden className="size-4 shrink-0 text-ink-3" />
                        }
                        onAction={() => take(shortcut)}
                      />
                    ))}
                  </MenuSection>
                )}
                {(Object.keys(kinds) as Found['kind'][]).map((kind) => (
                  <FoundSection
                    key={kind}
                    heading={kinds[kind].heading}
                    found={shown.filter((entry) => entry.kind === kind)}
                    onGo={go}
                  />
                ))}
                <FoundSection heading="More" found={late} onGo={go} />
              </AriaMenu>
            </Autocomplete>
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </AriaRoot>
  );
}

function FoundSection({
  heading,
  found,
  onGo,
}: {
  readonly heading: string;
  readonly found: readonly Found[];
  readonly onGo: (href: string) => void;
}) {
  if (found.length === 0) return null;
  return (
    <MenuSection>
      <Header className="px-2 pt-2 pb-1 text-xs text-ink-3">{heading}</Header>
      {found.map((entry) => {
        const Icon = kinds[entry.kind].icon;
        return (
          <Entry
            key={`${entry.kind} ${entry.id}`}
            id={`${entry.kind} ${entry.id}`}
            title={entry.title}
            detail={entry.detail}
            icon={<Icon aria-hidden className="size-4 shrink-0 text-ink-3" />}
            onAction={() => onGo(entry.href)}
          />
        );
      })}
    </MenuSection>
  );
}

function Entry({
  id,
  title,
  detail,
  icon,
  onAction,
}: {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly icon: React.ReactNode;
  readonly onAction: () => void;
}) {
  return (
    <MenuItem
      id={id}
      textValue={title}
      onAction={onAction}
      className="flex cursor-pointer items-center gap-2.5 rounded-sm px-2 py-1.5 text-sm outline-none data-focused:bg-selected"
    >
      {icon}
      <span className="min-w-0 shrink-0 max-w-[60%]">
        <MiddleCut text={title} />
      </span>
      <span className="mono ml-auto min-w-0 text-ink-3">
        <MiddleCut text={detail} />
      </span>
    </MenuItem>
  );
}
