import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState } from '#app/ui/states.tsx';
import { listApiTokens } from '#lib/access/api-tokens.ts';
import { may, permissionSentences, permissions } from '#lib/actor/model.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { TokenTable } from './token-table.tsx';

export const metadata: Metadata = { title: 'API tokens' };

export default async function TokensPage() {
  const loaded = await loadPage(async ({ runtime, actor, sight }) => ({
    tokens: await listApiTokens(runtime.db, actor),
    sources: (await listSources(runtime.db, sight)).map(({ name }) => name),
    choices: permissions
      .filter((permission) => may(actor, permission))
      .map((permission) => ({ permission, sentence: permissionSentences[permission] })),
    seesAll: may(actor, 'users:manage'),
  }));
  const back = { href: '/settings', label: 'Settings' };
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="API tokens" back={back} />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  return (
    <>
      <PageHeader
        title="API tokens"
        back={back}
        actions={<LinkButton href="/api/docs">API reference</LinkButton>}
      />
      <TokenTable {...loaded.data} />
    </>
  );
}
