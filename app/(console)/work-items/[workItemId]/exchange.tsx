/** The exchange of one attempt: how the connection was, how long it took, what it weighed, and who made it. */

import { formatBytes, formatDuration } from '#app/ui/num.tsx';
import type { ExchangeFacts } from '#lib/hosts/attempt-facts.ts';

export function Exchange({
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
    </span>
  );
}

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
