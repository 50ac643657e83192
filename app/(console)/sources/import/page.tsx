/** Import of sources from YAML. */
import type { Metadata } from 'next';
import { requireActor } from '#app/_server/actor.ts';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ImportForm } from './import-form.tsx';

export const metadata: Metadata = { title: 'Import sources' };

export default async function ImportPage() {
  await requireActor();
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <PageHeader title="Import sources" back={{ href: '/sources', label: 'Sources' }} />
      <ImportForm />
    </div>
  );
}
