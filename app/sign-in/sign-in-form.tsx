'use client';
/** The ways to sign in: with e-mail and password, or with the company's provider. */
import { useRouter } from 'next/navigation';
import { signIn } from 'next-auth/react';
import { useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { TextField } from '#app/ui/field.tsx';

interface Failure {
  readonly title: string;
  readonly remedy: string;
}

/** What next-auth hands back as `error`: our JSON, or a word of its own. */
function failureOf(error: string): Failure {
  const titles: Readonly<Record<string, string>> = {
    sign_in_failed: 'The e-mail address or the password is wrong.',
    too_many_attempts: 'Too many attempts with a wrong password.',
  };
  try {
    // Our own words, from `authorize`; anything else is no JSON.
    const { code, remedy } = JSON.parse(error) as { code: string; remedy: string };
    return { title: titles[code] ?? `Signing in failed (${code}).`, remedy };
  } catch {
    return {
      title: 'Signing in failed.',
      remedy: 'Load this page again; your browser must accept cookies.',
    };
  }
}

export function SignInForm({
  target,
  isOnlyWay,
}: {
  readonly target: string;
  /** Otherwise the provider's button comes first. */
  readonly isOnlyWay: boolean;
}) {
  const router = useRouter();
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [missing, setMissing] = useState<{ email?: string; password?: string }>({});
  const [given, setGiven] = useState('');

  async function signInWith(form: FormData) {
    const email = String(form.get('email') ?? '').trim();
    const password = String(form.get('password') ?? '');
    setGiven(email);
    setFailure(null);
    setMissing({
      ...(email ? {} : { email: 'Enter your e-mail address.' }),
      ...(password ? {} : { password: 'Enter your password.' }),
    });
    if (!email || !password) return;
    setPending(true);
    const result = await signIn('credentials', { email, password, redirect: false }).catch(() => ({
      error: 'unreachable',
    }));
    if (result && !result.error) {
      router.replace(target);
      router.refresh();
      return;
    }
    setPending(false);
    setFailure(failureOf(result?.error ?? ''));
  }

  return (
    <form
      // For those who are quicker than the page's code: without it the browser would send the form itself, with the
      // password in the address. React keeps what was submitted until it can, then empties the fields.
      action={(form) => void signInWith(form)}
      onSubmit={(event) => {
        event.preventDefault();
        void signInWith(new FormData(event.currentTarget));
      }}
      noValidate
      className="panel flex flex-col gap-4 p-5"
    >
      {failure ? (
        <Banner kind="failed" isLive title={failure.title}>
          {failure.remedy}
        </Banner>
      ) : null}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={given}
        autoFocus={isOnlyWay}
        error={missing.email}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        error={missing.password}
      />
      <Button
        type="submit"
        variant={isOnlyWay ? 'primary' : 'secondary'}
        isPending={isPending}
        className="mt-1"
      >
        Sign in
      </Button>
    </form>
  );
}

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
