'use client';
/** useAction: runs a server action once at a time, keeps its error for the form, reports what it did. */
import { useRouter } from 'next/navigation';
import { useCallback, useState, useTransition } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { askLiveNow } from './live-attention.ts';
import { notify, notifyError } from './toast.tsx';

type Result<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly error: PublicError };

interface Options<T> {
  /** What was done, in exact words. */
  readonly done: (data: T) => string;
  readonly onDone?: (data: T) => void;
  /** True where the form shows the error itself. */
  readonly showsError?: boolean;
}

const unreachable: PublicError = {
  code: 'internal',
  message: 'The console did not answer.',
  remedy: 'Check that it runs, then try again.',
};

export function useAction<I, T>(action: (input: I) => Promise<Result<T>>, options: Options<T>) {
  const router = useRouter();
  const [isPending, start] = useTransition();
  const [error, setError] = useState<PublicError | null>(null);
  const { done, onDone, showsError = false } = options;
  const run = useCallback(
    (input: I) => {
      setError(null);
      start(async () => {
        const result = await action(input).catch(
          () => ({ ok: false, error: unreachable }) as const,
        );
        if (result.ok) {
          notify(done(result.data));
          onDone?.(result.data);
          router.refresh();
          askLiveNow();
          return;
        }
        setError(result.error);
        if (!showsError) notifyError(result.error);
      });
    },
    [action, done, onDone, router, showsError],
  );
  return { run, isPending, error, clearError: useCallback(() => setError(null), []) };
}
