import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState } from '#app/ui/states.tsx';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { openApi } from '#lib/api/openapi.ts';
import { appErrorRemedies } from '#lib/errors/codes.ts';
import { ApiReference } from './api-reference.tsx';

export const metadata: Metadata = { title: 'API reference' };

export default async function ApiDocsPage() {
  const loaded = await loadPage(async ({ actor }) => {
    requirePermission(actor, 'console:view');
    return openApi();
  });
  return (
    <>
      <PageHeader title="API reference" back={{ href: '/settings/tokens', label: 'API tokens' }} />
      {loaded.ok ? (
        <ApiReference document={loaded.data} remedies={appErrorRemedies} />
      ) : (
        <ErrorState error={loaded.error} />
      )}
    </>
  );
}
