'use client';
/** A fault in drawing a page. What it was stands in the server's log under the digest. */
import { Button } from '#app/ui/button.tsx';
import { ErrorState } from '#app/ui/states.tsx';

export default function PageError({
  error,
  reset,
}: {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}) {
  return (
    <ErrorState
      error={{
        code: 'internal',
        message: 'This page could not be drawn.',
        remedy: error.digest
          ? `Try again; if it stays so, look into the log of the web process under ${error.digest}.`
          : 'Try again, or load the page anew.',
      }}
      action={<Button onPress={reset}>Try again</Button>}
    />
  );
}
