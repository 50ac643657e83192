/** CodeBlock: text in monospace that scrolls inside its frame. */
import { cx } from './cx.ts';

export function CodeBlock({
  label,
  children,
  maxHeight = '24rem',
  wraps = false,
}: {
  readonly label: string;
  readonly children: string;
  readonly maxHeight?: string;
  readonly wraps?: boolean;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
      tabIndex={0}
      style={{ maxHeight }}
      className="overflow-auto rounded border bg-inset p-3"
    >
      <pre className={cx('mono leading-5 text-ink', wraps && 'whitespace-pre-wrap wrap-anywhere')}>
        {children}
      </pre>
    </section>
  );
}
