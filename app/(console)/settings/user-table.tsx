'use client';
/** Accounts: who they are, what they may do; creating, changing, setting a password. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { SignInFacts } from '#lib/access/provider.ts';
import type { User } from '#lib/access/users.ts';
import { limitsInWords } from './limits-in-words.ts';
import type { UserTask } from './user-dialogs.tsx';

const UserDialog = lazy(() => import('./user-dialogs.tsx'));

const head = 'h-8 border-b border-line-strong px-3 text-left text-xs font-medium text-ink-2';
const cell = 'h-9 border-b px-3 whitespace-nowrap [tr:last-child>&]:border-b-0';

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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard */}
      <section aria-label="Users" tabIndex={0} className="relative overflow-x-auto">
        <table className="w-full min-w-180 text-sm">
          <thead>
            <tr>
              <th scope="col" className={head}>
                Name
              </th>
              <th scope="col" className={head}>
                E-mail
              </th>
              <th scope="col" className={head}>
                Role
              </th>
              <th scope="col" className={head}>
                State
              </th>
              <th scope="col" className={head}>
                Signs in with
              </th>
              <th scope="col" className={head}>
                Last sign-in
              </th>
              <th scope="col" className={head}>
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.userId} className="hover:bg-hover">
                <td className={`${cell} font-medium`}>
                  {user.name}
                  {user.userId === ownId ? (
                    <span className="ml-1.5 text-xs font-normal text-ink-3">you</span>
                  ) : null}
                </td>
                <td className={cell}>{user.email}</td>
                <td className={cell}>
                  {user.role}
                  {user.limits ? (
                    <span className="ml-1.5 text-xs text-ink-3">{limitsInWords(user.limits)}</span>
                  ) : null}
                </td>
                <td className={cell}>
                  <StatusBadge
                    status={user.active ? 'enabled' : 'disabled'}
                    word={user.active ? 'Active' : 'Deactivated'}
                  />
                </td>
                <td className={cell}>{waysIn(user, signIn)}</td>
                <td className={cell}>
                  <Time at={user.lastSignInAt} />
                </td>
                <td className={`${cell} text-right`}>
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
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
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
