'use client';
/** The API tokens that are good now: what they may do, when they were used; making and revoking them. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { ApiToken } from '#lib/access/api-tokens.ts';
import { revokeTokenAction } from './actions.ts';
import type { PermissionChoice } from './token-dialog.tsx';

const TokenDialog = lazy(() => import('./token-dialog.tsx'));

export function TokenTable({
  tokens,
  sources,
  choices,
  seesAll,
}: {
  readonly tokens: readonly ApiToken[];
  readonly sources: readonly string[];
  readonly choices: readonly PermissionChoice[];
  /** Tokens of everybody, with their owners. */
  readonly seesAll: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const [toRevoke, setToRevoke] = useState<ApiToken | null>(null);
  const revoke = useAction(revokeTokenAction, {
    done: () => 'The token was revoked',
    onDone: () => setToRevoke(null),
  });
  return (
    <Section
      title="Tokens"
      isFlush
      aside={
        <Button size="sm" onPress={() => setOpen(true)}>
          New token
        </Button>
      }
    >
      {tokens.length === 0 ? (
        <EmptyState title="There is no token">
          A program that uses the API shows a token instead of signing in.
        </EmptyState>
      ) : (
        <TableRegion label="API tokens" className="border-0">
          <Thead>
            <tr>
              <Th>Name</Th>
              {seesAll ? <Th>Acts for</Th> : null}
              <Th>Begins with</Th>
              <Th>May</Th>
              <Th>Sources</Th>
              <Th>Expires</Th>
              <Th>Last used</Th>
              <Th>From</Th>
              <ActionsTh />
            </tr>
          </Thead>
          <tbody>
            {tokens.map((token) => (
              <Tr key={token.tokenId}>
                <Td>
                  <Foreign text={token.name} />
                </Td>
                {seesAll ? <Td>{token.ownerEmail}</Td> : null}
                <Td className="mono">{token.prefix}…</Td>
                <Td className="max-w-72 truncate" title={token.permissions.join(', ')}>
                  {token.permissions.join(', ')}
                </Td>
                <Td className="max-w-48 truncate" title={token.sources?.join(', ')}>
                  {token.sources?.join(', ') ?? 'all'}
                </Td>
                <Td>
                  <Time at={token.expiresAt} />
                </Td>
                <Td>{token.lastUsedAt === null ? 'never' : <Time at={token.lastUsedAt} />}</Td>
                <Td className="mono">{token.lastUsedAddress ?? ''}</Td>
                <Td align="right">
                  <Button size="sm" onPress={() => setToRevoke(token)}>
                    Revoke
                  </Button>
                </Td>
              </Tr>
            ))}
          </tbody>
        </TableRegion>
      )}
      <ConfirmDialog
        isOpen={toRevoke !== null}
        onOpenChange={() => setToRevoke(null)}
        title={`Revoke the token ${toRevoke?.name ?? ''}?`}
        confirmLabel="Revoke token"
        isDangerous
        isPending={revoke.isPending}
        onConfirm={() => {
          if (toRevoke) revoke.run({ tokenId: toRevoke.tokenId });
        }}
      >
        <p>Programs that show it are refused from now on. It cannot be taken back.</p>
      </ConfirmDialog>
      {isOpen ? (
        <Suspense fallback={null}>
          <TokenDialog sources={sources} choices={choices} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </Section>
  );
}
