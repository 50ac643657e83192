/** Import of sources from YAML. */
import type { Metadata } from 'next';
import { settle } from '#app/_server/action.ts';
import { requireActor } from '#app/_server/actor.ts';
import { PageHeader } from '#app/ui/page-header.tsx';
import { NoPermission } from '#app/ui/states.tsx';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { ImportForm } from './import-form.tsx';

export const metadata: Metadata = { title: 'Import sources' };

export default async function ImportPage() {
  const actor = await requireActor();
  const allowed = await settle(async () => requirePermission(actor, 'sources:change'));
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <PageHeader title="Import sources" back={{ href: '/sources', label: 'Sources' }} />
      {allowed.ok ? <ImportForm /> : <NoPermission error={allowed.error} />}
    </div>
  );
}
