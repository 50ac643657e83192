'use client';
import { type RefObject, useMemo } from 'react';
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Header,
  MenuSection,
  Separator,
} from 'react-aria-components';
import { cx } from './cx.ts';
import { Foreign } from './foreign-text.tsx';
import { type ListPlacement, ListPopover } from './list-popover.tsx';
import type { MenuEntry } from './menu.tsx';

/** The open list of a menu; `frame` is around its button. */
export default function MenuPopover({
  frame,
  label,
  entries,
  placement,
  onClose,
}: {
  readonly frame: RefObject<HTMLElement | null>;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly placement: ListPlacement;
  readonly onClose: () => void;
}) {
  const trigger = useMemo(
    () => ({
      get current() {
        return frame.current?.querySelector('button') ?? null;
      },
    }),
    [frame],
  );
  return (
    <ListPopover
      label={label}
      trigger={trigger}
      placement={placement}
      onClose={onClose}
      className="min-w-44 max-w-80"
    >
      <AriaMenu
        aria-label={label}
        autoFocus="first"
        onClose={onClose}
        className="max-h-96 overflow-auto p-1 outline-none"
      >
        {entries.map((entry) => {
          if (entry.kind === 'separator') {
            return <Separator key={entry.id} className="my-1 border-t" />;
          }
          if (entry.kind === 'heading') {
            return (
              <MenuSection key={entry.id}>
                <Header className="px-2 py-1.5 text-xs text-ink-3">{entry.text}</Header>
              </MenuSection>
            );
          }
          return (
            <AriaMenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              {...(entry.href ? { href: entry.href } : {})}
              {...(entry.onAction ? { onAction: entry.onAction } : {})}
              isDisabled={entry.isDisabled ?? false}
              className={cx(
                'flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1.5 text-sm outline-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-focused:bg-hover [&_svg]:size-4 [&_svg]:shrink-0',
                entry.isDangerous ? 'text-failed' : 'text-ink [&_svg]:text-ink-3',
              )}
            >
              {entry.icon}
              <span className="flex-1">
                <Foreign text={entry.label} />
              </span>
              {entry.hint ? <span className="num text-xs text-ink-3">{entry.hint}</span> : null}
            </AriaMenuItem>
          );
        })}
      </AriaMenu>
    </ListPopover>
  );
}
