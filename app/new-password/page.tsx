import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { currentActor } from '#app/_server/actor.ts';
import { PasswordForm } from '#app/_shared/password-form.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { signInAgain } from '#app/ui/ended-session.ts';
import { Mark } from '#app/ui/mark.tsx';

export const metadata: Metadata = { title: 'Choose a password' };

/** The only page there is for whoever signed in with a password that somebody else chose. */
export default async function NewPasswordPage() {
  const actor = await currentActor();
  if (actor === null) redirect(signInAgain('/'));
  if (!actor.mustChangePassword) redirect('/');
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[14vh] pb-8">
      <div className="flex w-full max-w-88 flex-col gap-5">
        <div className="flex items-center gap-3">
          <Mark className="size-9 text-accent" />
          <div className="flex flex-col">
            <h1 className="text-lg font-semibold tracking-[-0.01em]">Choose a password</h1>
            <p className="text-xs text-ink-2">{actor.email}</p>
          </div>
        </div>
        <Banner title="The present one was not chosen by you.">
          Choose one that only you know, then sign in with it.
        </Banner>
        <div className="panel p-5">
          <PasswordForm />
        </div>
      </div>
    </main>
  );
}
