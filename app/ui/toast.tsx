'use client';
/**
 * Toasts: what an action did, in exact words. `notify` shows and announces; `announce` reaches
 * assistive technology only. Errors stay until they are closed, the rest leaves after a while, and not while a pointer
 * or the focus is among them. A new one stands above the others, which stay where they are.
 */
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { cx } from './cx.ts';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly detail?: string;
}

let toasts: readonly Toast[] = [];
let spoken = '';
let nextId = 1;
const listeners = new Set<() => void>();
const nothing: readonly Toast[] = [];

function changed() {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Shows a message: "3 items will be fetched again". */
export function notify(
  text: string,
  options: { kind?: Toast['kind']; detail?: string } = {},
): void {
  const { kind = 'done', detail } = options;
  toasts = [...toasts.slice(-3), { id: nextId++, kind, text, ...(detail ? { detail } : {}) }];
  changed();
}

/** Shows why something was not done, and what to do. */
export function notifyError(error: PublicError): void {
  notify(error.message, { kind: 'failed', detail: error.remedy });
}

export function announce(text: string): void {
  spoken = text;
  changed();
}

function dismiss(id: number) {
  toasts = toasts.filter((toast) => toast.id !== id);
  changed();
}

export function ToastRegion() {
  const shown = useSyncExternalStore(
    subscribe,
    () => toasts,
    () => nothing,
  );
  const words = useSyncExternalStore(
    subscribe,
    () => spoken,
    () => '',
  );
  const [isNear, setNear] = useState(false);
  return (
    <>
      <p role="status" className="sr-only">
        {words}
      </p>
      <section
        aria-label="Messages"
        onPointerEnter={() => setNear(true)}
        onPointerLeave={() => setNear(false)}
        onFocus={() => setNear(true)}
        onBlur={() => setNear(false)}
        className="pointer-events-none fixed inset-x-3 bottom-16 z-60 flex flex-col-reverse items-end gap-2 sm:bottom-4 sm:left-auto sm:right-4 sm:w-96"
      >
        {shown.map((toast) => (
          <ToastCard key={toast.id} toast={toast} stays={isNear} />
        ))}
      </section>
    </>
  );
}

function ToastCard({ toast, stays }: { readonly toast: Toast; readonly stays: boolean }) {
  const isError = toast.kind === 'failed';
  useEffect(() => {
    if (isError || stays) return;
    const timer = setTimeout(() => dismiss(toast.id), 7000);
    return () => clearTimeout(timer);
  }, [isError, stays, toast.id]);
  const Icon = isError ? CircleAlert : CircleCheck;
  return (
    <div
      role={isError ? 'alert' : 'status'}
      className="appear pointer-events-auto flex w-full items-start gap-2.5 rounded-lg border border-line-strong bg-raised py-2 pl-3 pr-1.5 shadow-float"
    >
      <Icon
        aria-hidden
        className={cx('mt-0.5 size-4 shrink-0', isError ? 'text-failed' : 'text-done')}
      />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium">{toast.text}</p>
        {toast.detail ? <p className="text-xs text-ink-2">{toast.detail}</p> : null}
      </div>
      <button
        type="button"
        aria-label="Close message"
        onClick={() => dismiss(toast.id)}
        className="flex size-6 items-center justify-center rounded-sm text-ink-3 hover:bg-hover hover:text-ink"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </div>
  );
}
