'use client';
/** SearchField: Enter asks, Escape empties it. */
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { cx } from './cx.ts';
import { inputStyle } from './field.tsx';

interface SearchFieldProps {
  readonly label: string;
  readonly name?: string;
  readonly value?: string;
  readonly defaultValue?: string;
  readonly onChange?: (value: string) => void;
  readonly onSubmit?: (value: string) => void;
  readonly onClear?: () => void;
  readonly placeholder?: string;
  readonly className?: string;
  /** The `/` key focuses the page's one filter field. */
  readonly isPageFilter?: boolean;
}

export function SearchField({
  label,
  name,
  value,
  defaultValue,
  onChange,
  onSubmit,
  onClear,
  placeholder,
  className,
  isPageFilter,
}: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [own, setOwn] = useState(defaultValue ?? '');
  const text = value ?? own;
  const change = (next: string) => {
    setOwn(next);
    onChange?.(next);
  };
  // What was typed before the page's code had loaded is in the field alone.
  useEffect(() => setOwn((known) => input.current?.value ?? known), []);
  const clear = () => {
    change('');
    onClear?.();
    input.current?.focus();
  };
  return (
    <div className={cx('relative flex min-w-0 items-center', className)}>
      <Search aria-hidden className="pointer-events-none absolute left-2.5 size-4 text-ink-3" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        name={name}
        value={text}
        {...(placeholder ? { placeholder } : {})}
        {...(isPageFilter ? { 'data-page-filter': '' } : {})}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && onSubmit) {
            event.preventDefault();
            onSubmit(text);
          } else if (event.key === 'Escape' && text) {
            event.preventDefault();
            clear();
          }
        }}
        className={cx(inputStyle, 'px-8 [&::-webkit-search-cancel-button]:hidden')}
      />
      {text ? (
        <button
          type="button"
          aria-label="Clear"
          onClick={clear}
          className="absolute right-1 flex size-6 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      ) : null}
    </div>
  );
}
