'use client';
/** Accounts: who they are, what they may do; creating, changing, setting a password. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { SignInFacts } from '#lib/access/provider.ts';
import type { User } from '#lib/access/users.ts';
import { limitsInWords } from './limits-in-words.ts';
import type { UserTask } from './user-dialogs.tsx';

const UserDialog = lazy(() => import('./user-dialogs.tsx'));

export function UserTable({
  users,
  ownId,
  signIn,
  sources,
}: {
  readonly users: readonly User[];
  readonly ownId: string | null;
  readonly signIn: SignInFacts;
  /** The names of all. */
  readonly sources: readonly string[];
}) {
  const [open, setOpen] = useState<UserTask | null>(null);
  return (
    <Section
      title="Users"
      isFlush
      aside={
        <Button size="sm" onPress={() => setOpen({ kind: 'new' })}>
          New user
        </Button>
      }
    >
      <TableRegion label="Users" className="rounded-none border-0">
        <Thead>
          <tr>
            <Th>Name</Th>
            <Th>E-mail</Th>
            <Th>Role</Th>
            <Th>State</Th>
            <Th>Signs in with</Th>
            <Th>Last sign-in</Th>
            <ActionsTh />
          </tr>
        </Thead>
        <tbody>
          {users.map((user) => (
            <Tr key={user.userId}>
              <Td className="font-medium whitespace-nowrap">
                <Foreign text={user.name} />
                {user.userId === ownId ? (
                  <span className="ml-1.5 text-xs font-normal text-ink-3">you</span>
                ) : null}
              </Td>
              <Td className="whitespace-nowrap">{user.email}</Td>
              <Td className="whitespace-nowrap">
                {user.role}
                {user.limits ? (
                  <span className="ml-1.5 text-xs text-ink-3">{limitsInWords(user.limits)}</span>
                ) : null}
              </Td>
              <Td className="whitespace-nowrap">
                <StatusBadge status={user.active ? 'active' : 'deactivated'} />
              </Td>
              <Td className="whitespace-nowrap">{waysIn(user, signIn)}</Td>
              <Td className="whitespace-nowrap">
                <Time at={user.lastSignInAt} />
              </Td>
              <Td align="right">
                <span className="inline-flex gap-1">
                  {signIn.passwords ? (
                    <Button size="sm" onPress={() => setOpen({ kind: 'password', user })}>
                      Set password
                    </Button>
                  ) : null}
                  {user.userId === ownId ? null : (
                    <Button size="sm" onPress={() => setOpen({ kind: 'end-sessions', user })}>
                      End sessions
                    </Button>
                  )}
                  <Button size="sm" onPress={() => setOpen({ kind: 'change', user })}>
                    Change
                  </Button>
                </span>
              </Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
      {open === null ? null : (
        <Suspense fallback={null}>
          <UserDialog sources={sources} task={open} signIn={signIn} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </Section>
  );
}

/** The ways that are open to the person now. */
function waysIn(user: User, { passwords, provider }: SignInFacts): string {
  const ways = [
    ...(provider && user.isLinked ? [provider.name] : []),
    ...(passwords && user.hasPassword ? ['password'] : []),
  ];
  if (ways.length > 0) return ways.join(', ');
  return provider ? `${provider.name}, not linked yet` : 'nothing';
}
