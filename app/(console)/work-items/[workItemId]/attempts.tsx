/** Attempts: every time a worker took the item, newest first. */

import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatDuration, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { exchangeIn } from '#lib/hosts/attempt-facts.ts';
import type { WorkItemAttempt } from '#lib/queue/model.ts';
import { Exchange } from './exchange.tsx';

export function Attempts({ attempts }: { readonly attempts: readonly WorkItemAttempt[] }) {
  return (
    <Section title="Attempts" isFlush>
      {attempts.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">No worker has taken it yet.</p>
      ) : (
        <TableRegion label="Attempts" className="rounded-none border-0" maxHeight="24rem">
          <Thead>
            <tr>
              <Th align="right">No.</Th>
              <Th>Outcome</Th>
              <Th>Started</Th>
              <Th align="right">Took</Th>
              <Th align="right">HTTP</Th>
              <Th>Error</Th>
              <Th align="right">Found</Th>
              <Th>Record</Th>
            </tr>
          </Thead>
          <tbody>
            {attempts.map((attempt) => (
              <AttemptRow key={attempt.attemptId} attempt={attempt} />
            ))}
          </tbody>
        </TableRegion>
      )}
    </Section>
  );
}

function AttemptRow({ attempt }: { readonly attempt: WorkItemAttempt }) {
  return (
    <>
      <AttemptCells attempt={attempt} />
      <Tr>
        <Td colSpan={8}>
          <Exchange facts={exchangeIn(attempt.facts)} workerId={attempt.workerId} />
        </Td>
      </Tr>
    </>
  );
}

function AttemptCells({ attempt }: { readonly attempt: WorkItemAttempt }) {
  return (
    <Tr>
      <Td align="right">{attempt.attempt}</Td>
      <Td>
        <StatusBadge status={attempt.outcome} />
      </Td>
      <Td>
        <Time at={attempt.startedAt} />
      </Td>
      <Td align="right" className="whitespace-nowrap">
        {attempt.durationMs === null ? <None /> : formatDuration(attempt.durationMs)}
      </Td>
      <Td align="right">{attempt.httpStatus ?? <None />}</Td>
      <Td className="min-w-40 max-w-80">
        {attempt.errorCode === null && attempt.errorMessage === null ? (
          <None />
        ) : (
          <span className="block py-1">
            <span className="mono text-ink-2">{attempt.errorCode}</span>
            <span className="block text-xs text-ink-2 wrap-anywhere">{attempt.errorMessage}</span>
          </span>
        )}
      </Td>
      <Td align="right">
        <Num value={attempt.itemsDiscovered} />
      </Td>
      <Td>
        {attempt.ingestId ? (
          <Link href={`/records/${attempt.ingestId}`} className="link">
            record
          </Link>
        ) : (
          <None />
        )}
      </Td>
    </Tr>
  );
}
