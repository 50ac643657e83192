'use client';
/**
 * What every server action is called through: once at a time, its error kept for the form, a word on what it did. A
 * console that does not answer is a failure like any other: whatever was typed stays where it is.
 */
import { useRouter } from 'next/navigation';
import { useCallback, useState, useTransition } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { askLiveNow } from './live-attention.ts';
import { notify, notifyError } from './toast.tsx';

export type Answer<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly error: PublicError };

interface Options<I, T> {
  /** What was done, in exact words; null or absent = the page shows it itself. */
  readonly done?: (data: T, input: I) => string | null;
  readonly onDone?: (data: T, input: I) => void;
  readonly onFailed?: (error: PublicError) => void;
  /** True where the form shows the error itself. */
  readonly showsError?: boolean;
  /** False for what changes nothing on this page, or leaves it. */
  readonly refreshes?: boolean;
}

const unreachable: PublicError = {
  code: 'console_unreachable',
  message: 'The console did not answer. What you typed is still here.',
  remedy: 'Check your connection and that the console runs, then try again.',
};

const replaced: PublicError = {
  code: 'console_replaced',
  message: 'The console was replaced by another version since this page was opened.',
  remedy: 'Reload the page, then try again.',
};

const isOurs = (error: PublicError) => error === unreachable || error === replaced;

/** The answer of an action, or why there is none; it never throws. */
export async function answerOf<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await call;
  } catch (error) {
    const isReplaced = error instanceof Error && error.name === 'UnrecognizedActionError';
    return { ok: false, error: isReplaced ? replaced : unreachable };
  }
}

/** `run` calls the action; meanwhile `isPending` is true. */
export function useAction<I, T>(action: (input: I) => Promise<Answer<T>>, options: Options<I, T>) {
  const router = useRouter();
  const [isPending, start] = useTransition();
  const [error, setError] = useState<PublicError | null>(null);
  const { done, onDone, onFailed, showsError = false, refreshes = true } = options;
  const run = useCallback(
    (input: I) => {
      setError(null);
      start(async () => {
        const answer = await answerOf(action(input));
        if (!answer.ok) {
          setError(answer.error);
          onFailed?.(answer.error);
          if (showsError) return;
          notifyError(answer.error);
          // It was refused because things are no longer as the page shows them, most often.
          if (refreshes && !isOurs(answer.error)) router.refresh();
          return;
        }
        const word = done?.(answer.data, input) ?? null;
        if (word !== null) notify(word);
        onDone?.(answer.data, input);
        if (refreshes) router.refresh();
        askLiveNow();
      });
    },
    [action, done, onDone, onFailed, refreshes, router, showsError],
  );
  return { run, isPending, error, clearError: useCallback(() => setError(null), []) };
}
