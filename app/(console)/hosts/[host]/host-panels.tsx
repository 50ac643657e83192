/** Panels of a host: how it may be asked, when it was left alone, which sources ask it and what waits. */
import { Foreign } from '#app/ui/foreign-text.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, formatCount, formatDuration } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { HostBlock } from '#lib/hosts/block-history.ts';
import type { Host } from '#lib/hosts/list-hosts.ts';
import type { AskingSource } from '#lib/metrics/host-room.ts';
import { budgetWords, paceReason, paceReasons } from '../host-words.tsx';

export function Limits({ host }: { readonly host: Host }) {
  const reasons = paceReasons(host);
  return (
    <Section title="Limits and pace">
      <KeyValue
        entries={[
          {
            label: 'Pace',
            value:
              host.paceMs === 0 ? (
                'as each source says'
              ) : (
                <>
                  a request every {formatDuration(host.paceMs)}{' '}
                  <span className="text-ink-3">({paceReason(host)})</span>
                </>
              ),
          },
          ...(reasons === '' ? [] : [{ label: 'Asked for', value: reasons }]),
          {
            label: 'At a time',
            value: host.concurrency === null ? 'no limit' : formatCount(host.concurrency),
          },
          ...(host.budget ? [{ label: 'Budget', value: budgetWords(host.budget) }] : []),
          {
            label: 'Failed in a row',
            value:
              host.consecutiveFailures === 0 ? <None /> : formatCount(host.consecutiveFailures),
          },
          {
            label: 'Last 429',
            value: <Time at={host.last429At} absent="never" />,
          },
          ...(host.certificateUntil === null
            ? []
            : [{ label: 'Certificate ends', value: <Time at={host.certificateUntil} /> }]),
        ]}
      />
    </Section>
  );
}

export function Blocks({ blocks }: { readonly blocks: readonly HostBlock[] }) {
  return (
    <Section title="Blocks" aside="the latest first" isFlush>
      {blocks.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">It has not been left alone yet.</p>
      ) : (
        <TableRegion label="Blocks" className="rounded-none border-0">
          <Thead>
            <tr>
              <Th>From</Th>
              <Th>To</Th>
              <Th>Why</Th>
              <Th>By</Th>
            </tr>
          </Thead>
          <tbody>
            {blocks.map((block) => (
              <Tr key={block.blockId}>
                <Td className="whitespace-nowrap">
                  <Time at={block.from} />
                </Td>
                <Td className="whitespace-nowrap">
                  {block.endedAt === null ? (
                    <>
                      in force, until <Time at={block.until} absent="somebody clears it" />
                    </>
                  ) : (
                    <>
                      <Time at={block.endedAt} />
                      {block.endedBy === null ? null : (
                        <span className="block text-xs text-ink-3">by {block.endedBy}</span>
                      )}
                    </>
                  )}
                </Td>
                <Td className="min-w-40 wrap-anywhere">{block.reason ?? <None />}</Td>
                <Td>{block.by ?? <span className="text-ink-3">the host’s answers</span>}</Td>
              </Tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </Section>
  );
}

export function Waiting({
  host,
  sources,
  pending,
}: {
  readonly host: string;
  readonly sources: readonly AskingSource[];
  /** Of all its items. */
  readonly pending: number;
}) {
  return (
    <Section title="Sources that ask it" aside={`${countOf(pending, 'item')} pending`} isFlush>
      {sources.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">No source has asked it for a while.</p>
      ) : (
        <TableRegion label="Sources that ask it" className="rounded-none border-0">
          <Thead>
            <tr>
              <Th>Source</Th>
              <Th align="right">Ready</Th>
              <Th>Oldest</Th>
              <Th>Asked last</Th>
            </tr>
          </Thead>
          <tbody>
            {sources.map((source) => (
              <Tr key={`${source.type} ${source.name}`}>
                <Td className="wrap-anywhere">
                  {source.sourceId === null ? (
                    source.name
                  ) : (
                    <Link href={`/sources/${source.sourceId}`} className="link">
                      <Foreign text={source.name} />
                    </Link>
                  )}
                </Td>
                <Td align="right">
                  <Link
                    href={`/work-items?${new URLSearchParams({ host, source: source.name, status: 'pending' })}`}
                    className="link num"
                  >
                    {source.isAtLeast ? 'at least ' : ''}
                    {formatCount(source.waiting)}
                  </Link>
                </Td>
                <Td className="whitespace-nowrap">
                  <Time at={source.oldest} absent="none waits" />
                </Td>
                <Td className="whitespace-nowrap">
                  <Time at={source.askedAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </Section>
  );
}
