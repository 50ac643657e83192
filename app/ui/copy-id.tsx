'use client';
/** CopyId: a short id in monospace that copies the whole one; also for any text worth copying. */
import { Check, Copy } from 'lucide-react';
import { shortId } from './short-id.ts';
import { useCopy } from './use-copy.ts';

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
