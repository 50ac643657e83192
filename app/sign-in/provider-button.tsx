'use client';
import { signIn } from 'next-auth/react';
import { useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';

/** Leads to the company's provider, and from there to `target`. */
export function ProviderButton({
  id,
  name,
  target,
}: {
  readonly id: string;
  readonly name: string;
  readonly target: string;
}) {
  const [isPending, setPending] = useState(false);
  const [hasFailed, setFailed] = useState(false);

  async function leave() {
    setPending(true);
    setFailed(false);
    // Goes to another page, unless this console itself does not answer.
    await signIn(id, { callbackUrl: target }).catch(() => {
      setPending(false);
      setFailed(true);
    });
  }

  return (
    <>
      {hasFailed ? (
        <Banner kind="failed" isLive title="Signing in failed.">
          The console did not answer: try again in a moment.
        </Banner>
      ) : null}
      <Button variant="primary" isPending={isPending} onPress={() => void leave()}>
        Sign in with {name}
      </Button>
    </>
  );
}
