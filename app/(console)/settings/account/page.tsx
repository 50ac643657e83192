import type { Metadata } from 'next';
import { requireActor } from '#app/_server/actor.ts';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { PasswordForm } from './password-form.tsx';

export const metadata: Metadata = { title: 'Account' };

export default async function AccountPage() {
  const actor = await requireActor();
  return (
    <>
      <PageHeader
        title="Account"
        back={{ href: '/settings', label: 'Settings' }}
        meta={`${actor.email} · ${actor.role}`}
      />
      <Section title="Change password" className="max-w-lg">
        <PasswordForm />
      </Section>
    </>
  );
}
