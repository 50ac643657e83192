'use client';
/** Menu: a button that opens a list of actions or links; the list is loaded when the button is near. */
import {
  cloneElement,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useRef,
  useState,
} from 'react';
import type { ButtonProps } from './button.tsx';

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

const loadPopover = () => import('./menu-popover.tsx');
const MenuPopover = lazy(loadPopover);

export function Menu({
  trigger,
  label,
  entries,
  placement = 'bottom end',
}: {
  /** A Button or IconButton. */
  readonly trigger: ReactElement<Pick<ButtonProps, 'onPress' | 'aria-haspopup' | 'aria-expanded'>>;
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly placement?: 'bottom start' | 'bottom end' | 'top start' | 'right bottom';
}) {
  const frame = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const prepare = () => void loadPopover();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside is operated; this only sees its events pass
    <span
      ref={frame}
      className="contents"
      onPointerEnter={prepare}
      onFocus={prepare}
      onKeyDown={(event) => {
        const isTrigger = frame.current?.querySelector('button') === event.target;
        if (isTrigger && event.key === 'ArrowDown') {
          event.preventDefault();
          setOpen(true);
        }
      }}
    >
      {cloneElement(trigger, {
        onPress: () => setOpen(true),
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
      })}
      {isOpen ? (
        <Suspense fallback={null}>
          <MenuPopover
            frame={frame}
            label={label}
            entries={entries}
            placement={placement}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </span>
  );
}
