/** How every button looks, whether it is a button or a link. */
import { cx } from './cx.ts';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonSize = 'sm' | 'md';

const variants: Record<ButtonVariant, string> = {
  primary:
    'border-transparent bg-accent text-on-accent hover:bg-accent-strong active:bg-accent-strong',
  secondary: 'border-edge/60 bg-surface text-ink hover:bg-hover active:bg-inset',
  quiet: 'border-transparent bg-transparent text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border-failed/50 bg-surface text-failed hover:bg-failed-soft active:bg-failed-soft',
};

const sizes: Record<ButtonSize, string> = {
  sm: 'h-7 gap-1.5 px-2 text-xs',
  md: 'h-8 gap-1.5 px-3 text-sm',
};

export function buttonStyle(
  variant: ButtonVariant,
  size: ButtonSize,
  options: { iconOnly?: boolean; className?: string | undefined } = {},
): string {
  return cx(
    'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded border font-medium no-underline',
    'disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
    variants[variant],
    sizes[size],
    options.iconOnly && (size === 'sm' ? 'w-7 px-0!' : 'w-8 px-0!'),
    options.className,
  );
}
