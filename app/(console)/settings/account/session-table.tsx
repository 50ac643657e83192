'use client';
/** Where one is signed in, and how to end that. */
import { Button } from '#app/ui/button.tsx';
import { signInAgain } from '#app/ui/ended-session.ts';
import { Section } from '#app/ui/page-header.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { OpenSession } from '#lib/access/sessions.ts';
import { endAllSessionsAction, endOwnSessionAction } from '../actions.ts';

const leave = () => window.location.assign(signInAgain('/settings/account'));

export function SessionTable({
  sessions,
  userId,
  currentId,
}: {
  readonly sessions: readonly OpenSession[];
  readonly userId: string;
  readonly currentId: string;
}) {
  const end = useAction(endOwnSessionAction, {
    done: () => 'The session was ended',
    onDone: (_, { sessionId }) => {
      if (sessionId === currentId) leave();
    },
  });
  const endAll = useAction(endAllSessionsAction, { onDone: leave, refreshes: false });
  return (
    <Section
      title="Sessions"
      isFlush
      aside={
        <Button size="sm" isPending={endAll.isPending} onPress={() => endAll.run({ userId })}>
          End all sessions
        </Button>
      }
    >
      <TableRegion label="Sessions" className="border-0">
        <Thead>
          <tr>
            <Th>Signed in</Th>
            <Th>Last seen</Th>
            <Th>Ends</Th>
            <Th>Address</Th>
            <Th>Browser</Th>
            <ActionsTh />
          </tr>
        </Thead>
        <tbody>
          {sessions.map((session) => (
            <Tr key={session.sessionId}>
              <Td>
                <Time at={session.createdAt} />
                {session.sessionId === currentId ? (
                  <span className="ml-1.5 text-xs text-ink-3">this one</span>
                ) : null}
              </Td>
              <Td>
                <Time at={session.lastSeenAt} />
              </Td>
              <Td>
                <Time at={session.expiresAt} />
              </Td>
              <Td className="mono">{session.address ?? 'not known'}</Td>
              <Td className="max-w-72 truncate" title={session.userAgent ?? undefined}>
                {session.userAgent ?? 'not known'}
              </Td>
              <Td align="right">
                <Button
                  size="sm"
                  isPending={end.isPending}
                  onPress={() => end.run({ sessionId: session.sessionId })}
                >
                  End
                </Button>
              </Td>
            </Tr>
          ))}
        </tbody>
      </TableRegion>
    </Section>
  );
}
