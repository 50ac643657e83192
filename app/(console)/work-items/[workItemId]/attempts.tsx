/** Attempts: every time a worker took the item, newest first, with the exchange of each. */

import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatBytes, formatDuration, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import { type ExchangeFacts, exchangeIn } from '#lib/hosts/attempt-facts.ts';
import type { NumberedAttempt } from '#lib/items/detail.ts';
import { wordsOfLeftOut } from '#lib/source-types/left-out.ts';

export function Attempts({ attempts }: { readonly attempts: readonly NumberedAttempt[] }) {
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

function AttemptRow({ attempt }: { readonly attempt: NumberedAttempt }) {
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

function AttemptCells({ attempt }: { readonly attempt: NumberedAttempt }) {
  return (
    <Tr>
      <Td align="right">
        {attempt.number}
        {attempt.attempt > 1 ? (
          <span className="block text-xs text-ink-3" title="Since it was sent round last">
            try {attempt.attempt}
          </span>
        ) : null}
      </Td>
      <Td>
        <StatusBadge status={attempt.outcome} />
      </Td>
      <Td>
        <Time at={attempt.startedAt} />
      </Td>
      <Td align="right">
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

/** How the connection was, how long it took, what it weighed, and who made it. */
function Exchange({
  facts,
  workerId,
}: {
  /** Null when nothing was sent. */
  readonly facts: ExchangeFacts | null;
  readonly workerId: string | null;
}) {
  const redirects = facts?.redirects ?? [];
  const last = redirects.at(-1);
  return (
    <span className="flex flex-wrap gap-x-4 gap-y-0.5 py-1 text-xs text-ink-2">
      {partsOf(facts ?? {}, workerId).map(([name, value]) => (
        <span key={name} className="whitespace-nowrap">
          <span className="text-ink-3">{name}</span> <span className="num">{value}</span>
        </span>
      ))}
      {last ? (
        <span className="wrap-anywhere">
          <span className="text-ink-3">
            {redirects.length === 1
              ? `redirect ${last.status} to`
              : `${redirects.length} redirects to`}
          </span>{' '}
          {facts?.final_url ?? last.url}
        </span>
      ) : null}
      {facts?.alias_of ? (
        <span className="wrap-anywhere">
          <span className="text-ink-3">goes by</span> {facts.alias_of}
        </span>
      ) : null}
      {facts?.not_stored ? (
        <span className="wrap-anywhere">
          <span className="text-ink-3">not stored, as the source stores no</span> {facts.not_stored}
        </span>
      ) : null}
      {facts?.not_enqueued ? (
        <span className="wrap-anywhere">
          <span className="text-ink-3">left out</span> {wordsOfLeftOut(facts.not_enqueued)}
        </span>
      ) : null}
      {facts?.named ? (
        <span className="wrap-anywhere">
          <span className="text-ink-3">calls itself</span> {facts.named}{' '}
          <span className="text-ink-3">{keptWords(facts.kept_because)}</span>
        </span>
      ) : null}
    </span>
  );
}

/** Why a page is kept under its own address though it names another, by the code in its facts. */
const keptReasons: Readonly<Record<string, string>> = {
  names_several: 'it names several addresses',
  other_host: 'that is on another host',
  excluded: 'the rules of the source leave that out',
  not_there: 'there is no such page',
  disallowed: 'robots.txt does not allow that address',
  moves_on: 'that address redirects',
  names_another: 'that page names yet another address',
  reads_differently: 'that page reads differently',
  home_page: 'that is the home page',
  most_name_it: 'most pages of the site name that one',
  names_proved_wrong: 'the names its site gives proved wrong before',
};

const keptWords = (code: string | null | undefined) =>
  `and is kept under its own address: ${keptReasons[code ?? ''] ?? 'that is not so'}`;

function partsOf(facts: ExchangeFacts, workerId: string | null): [string, string][] {
  const parts: [string, string][] = [];
  const add = (name: string, value: string | null) => {
    if (value !== null) parts.push([name, value]);
  };
  const time = (ms: number | null | undefined) => (ms == null ? null : formatDuration(ms));
  if (facts.settled_by === 'recent_changes') {
    add('known from', 'the wiki’s list of recent changes');
    add('read at', facts.as_of ?? null);
  }
  add('protocol', facts.http_version ? `HTTP/${facts.http_version}` : null);
  add('address', facts.remote_address ?? null);
  add('connected in', facts.connect_ms ? time(facts.connect_ms) : null);
  add('first byte', time(facts.first_byte_ms));
  add('whole answer', time(facts.total_ms));
  add('size', facts.bytes == null ? null : formatBytes(facts.bytes));
  const isPacked = facts.wire_bytes != null && facts.wire_bytes !== facts.bytes;
  add('on the wire', isPacked ? formatBytes(facts.wire_bytes ?? 0) : null);
  add('charset', facts.charset ?? null);
  add('requests', (facts.requests ?? 1) > 1 ? String(facts.requests) : null);
  add('items together', facts.items_together ? String(facts.items_together) : null);
  add('worker', workerId);
  return parts;
}
