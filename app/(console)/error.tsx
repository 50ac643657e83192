'use client';
/** A page that failed to render. The cause is in the server's log under the digest. */
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
        message: 'This page could not be displayed.',
        remedy: error.digest
          ? `Try again. If it fails again, look in the log of the web process for ${error.digest}.`
          : 'Try again, or reload the page.',
      }}
      action={<Button onPress={reset}>Try again</Button>}
    />
  );
}
