import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { PasswordForm } from '#app/_shared/password-form.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState } from '#app/ui/states.tsx';
import { listOwnSessions } from '#lib/access/sessions.ts';
import { ownWaysIn } from '#lib/access/users.ts';

import { SessionTable } from './session-table.tsx';

export const metadata: Metadata = { title: 'Account' };

export default async function AccountPage() {
  const loaded = await loadPage(async ({ runtime, actor }) => ({
    actor,
    ways: await ownWaysIn(runtime.db, actor.userId),
    sessions: await listOwnSessions(runtime.db, actor.userId),
    passwords: runtime.config.signIn.passwords,
    provider: runtime.config.signIn.provider?.name ?? null,
  }));
  const back = { href: '/settings', label: 'Settings' };
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Account" back={back} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { actor, ways, sessions, passwords, provider } = loaded.data;
  return (
    <>
      <PageHeader title="Account" back={back} meta={`${actor.email} · ${actor.role}`} />
      {provider !== null && ways.isLinked ? (
        <Section title="Sign-in" className="max-w-lg">
          <p className="text-sm">
            You sign in with {provider}.{' '}
            {passwords && ways.hasPassword ? 'Your password here works as well.' : ''}
          </p>
        </Section>
      ) : null}
      {passwords && ways.hasPassword ? (
        <Section title="Change password" className="max-w-lg">
          <PasswordForm />
        </Section>
      ) : null}
      <SessionTable sessions={sessions} userId={actor.userId} currentId={actor.sessionId} />
    </>
  );
}
