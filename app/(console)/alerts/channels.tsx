/** Where alerts and ends of runs are told, and what became of what was told. */
import { Send } from 'lucide-react';
import { None } from '#app/ui/key-value.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { Badge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Channel, Delivery } from '#lib/notices/channels.ts';
import { DeleteChannelButton, TestChannelButton } from './channel-buttons.tsx';
import { channelWords } from './channel-words.ts';

const outcomes = {
  waiting: ['Waiting', 'neutral'],
  delivered: ['Delivered', 'done'],
  given_up: ['Given up', 'failed'],
} as const;

export function Channels({
  channels,
  deliveries,
  maySetUp,
}: {
  readonly channels: readonly Channel[];
  readonly deliveries: readonly Delivery[];
  readonly maySetUp: boolean;
}) {
  if (channels.length === 0) {
    return (
      <EmptyState icon={<Send aria-hidden />} title="No channel is set up">
        A channel tells alerts and ends of runs to a webhook, Slack or Teams, so that nobody has to
        watch. Administrators set them up.
      </EmptyState>
    );
  }
  const names = new Map(channels.map(({ channelId, name }) => [channelId, name]));
  return (
    <>
      <TableRegion label="Channels">
        <Thead>
          <tr>
            <Th>Channel</Th>
            <Th>Kind</Th>
            <Th>Host</Th>
            <Th>Told</Th>
            <Th>Tries again</Th>
            {maySetUp ? <ActionsTh /> : null}
          </tr>
        </Thead>
        <tbody>
          {channels.map((channel) => (
            <Tr key={channel.channelId}>
              <Td className="font-medium">
                <bdi>{channel.name}</bdi>
              </Td>
              <Td>{channelWords[channel.kind]}</Td>
              <Td className="mono">{channel.host}</Td>
              <Td>
                {[channel.alerts ? 'alerts' : '', channel.runEnds ? 'ends of runs' : '']
                  .filter(Boolean)
                  .join(', ') || <None />}
              </Td>
              <Td>
                {channel.blockedUntil === null ? <None /> : <Time at={channel.blockedUntil} />}
              </Td>
              {maySetUp ? (
                <Td align="right">
                  <span className="inline-flex items-center gap-1">
                    <TestChannelButton channelId={channel.channelId} name={channel.name} />
                    <DeleteChannelButton channelId={channel.channelId} name={channel.name} />
                  </span>
                </Td>
              ) : null}
            </Tr>
          ))}
        </tbody>
      </TableRegion>
      <Section title="Deliveries">
        {deliveries.length === 0 ? (
          <p className="text-sm text-ink-3">Nothing has been told yet.</p>
        ) : (
          <TableRegion label="Deliveries">
            <Thead>
              <tr>
                <Th>When</Th>
                <Th>Channel</Th>
                <Th>What</Th>
                <Th>Outcome</Th>
                <Th align="right">Attempts</Th>
                <Th>Last answer</Th>
              </tr>
            </Thead>
            <tbody>
              {deliveries.map((delivery) => (
                <Tr key={delivery.messageId}>
                  <Td>
                    <Time at={delivery.createdAt} />
                  </Td>
                  <Td>{names.get(delivery.channelId)}</Td>
                  <Td className="mono">{delivery.type}</Td>
                  <Td>
                    <Badge tone={outcomes[delivery.outcome][1]}>
                      {outcomes[delivery.outcome][0]}
                    </Badge>
                  </Td>
                  <Td align="right" className="num">
                    {delivery.attempts}
                  </Td>
                  <Td className="mono">{delivery.lastAnswer ?? <None />}</Td>
                </Tr>
              ))}
            </tbody>
          </TableRegion>
        )}
      </Section>
    </>
  );
}
