'use client';
/** What is worth copying: CopyId for ids, CopyButton for longer texts. */
import { Check, Copy } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { shortId } from './num.tsx';
import { announce } from './toast.tsx';

const shownMs = 1_500;

/** Puts a text on the clipboard, announces it, and is `copied` for a moment. */
function useCopy() {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = useCallback((text: string, announcement = 'Copied') => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        announce(announcement);
      },
      () => announce('The browser did not allow copying'),
    );
  }, []);
  return { copied, copy };
}

/** A short id in monospace that copies the whole one; also for any text worth copying. */
export function CopyId({ id, text }: { readonly id: string; readonly text?: string }) {
  const { copied, copy } = useCopy();
  const shown = text ?? shortId(id);
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      title={id}
      // Named by what is seen; the whole id is its title.
      aria-label={`Copy ${shown}`}
      onClick={(event) => {
        event.stopPropagation();
        copy(id, `Copied ${id}`);
      }}
      className="mono group/copy -mx-1 inline-flex max-w-full items-center gap-1 rounded-sm px-1 text-ink-2 hover:bg-hover hover:text-ink"
    >
      <span className="truncate">{shown}</span>
      <Icon aria-hidden className="size-3 shrink-0 opacity-50 group-hover/copy:opacity-100" />
    </button>
  );
}

/** Copies a text that is made when it is asked for. */
export function CopyButton({
  label,
  textOf,
}: {
  readonly label: string;
  readonly textOf: () => string;
}) {
  const { copied, copy } = useCopy();
  return (
    <Button
      size="sm"
      variant="quiet"
      icon={copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      onPress={() => copy(textOf())}
    >
      {label}
    </Button>
  );
}
