'use client';
/** CopyId: a short id in monospace that copies the whole one; also for any text worth copying. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { shortId } from './short-id.ts';
import { announce } from './toast.tsx';

export function CopyId({ id, text }: { readonly id: string; readonly text?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
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
        navigator.clipboard.writeText(id).then(
          () => {
            setCopied(true);
            announce(`Copied ${id}`);
          },
          () => announce('The browser did not allow copying'),
        );
      }}
      className="mono group/copy -mx-1 inline-flex max-w-full items-center gap-1 rounded-sm px-1 text-ink-2 hover:bg-hover hover:text-ink"
    >
      <span className="truncate">{shown}</span>
      <Icon aria-hidden className="size-3 shrink-0 opacity-50 group-hover/copy:opacity-100" />
    </button>
  );
}
