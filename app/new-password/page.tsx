import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { currentActor } from '#app/_server/actor.ts';
import { Door } from '#app/_shared/door.tsx';
import { PasswordForm } from '#app/_shared/password-form.tsx';
import { Banner } from '#app/ui/banner.tsx';
import { signInAgain } from '#app/ui/ended-session.ts';

export const metadata: Metadata = { title: 'Choose a password' };

/** The only page there is for whoever signed in with a password that somebody else chose. */
export default async function NewPasswordPage() {
  const actor = await currentActor();
  if (actor === null) redirect(signInAgain('/'));
  if (!actor.mustChangePassword) redirect('/');
  return (
    <Door title="Choose a password" subtitle={actor.email}>
      <Banner title="The present one was not chosen by you.">
        Choose one that only you know, then sign in with it.
      </Banner>
      <div className="panel p-5">
        <PasswordForm />
      </div>
    </Door>
  );
}
