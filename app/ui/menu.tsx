'use client';
/** Menu: a button that opens a list of actions or links. */
import type { ReactElement, ReactNode } from 'react';
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Header,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import { cx } from './cx.ts';

export type MenuEntry =
  | { readonly kind: 'separator'; readonly id: string }
  | { readonly kind: 'heading'; readonly id: string; readonly text: ReactNode }
  | {
      readonly kind?: 'item';
      readonly id: string;
      readonly label: string;
      readonly icon?: ReactNode;
      /** Small text after the label: a key, a count. */
      readonly hint?: string;
      readonly href?: string;
      readonly onAction?: () => void;
      readonly isDangerous?: boolean;
      readonly isDisabled?: boolean;
    };

export function Menu({
  trigger,
  label,
  entries,
  placement = 'bottom end',
}: {
  /** A Button or IconButton. */
  readonly trigger: ReactElement;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly placement?: 'bottom start' | 'bottom end' | 'top start' | 'right bottom';
}) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover
        placement={placement}
        offset={4}
        className="appear min-w-44 max-w-80 rounded border border-line-strong bg-raised shadow-float"
      >
        <AriaMenu aria-label={label} className="max-h-96 overflow-auto p-1 outline-none">
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
                <span className="flex-1">{entry.label}</span>
                {entry.hint ? <span className="num text-xs text-ink-3">{entry.hint}</span> : null}
              </AriaMenuItem>
            );
          })}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
