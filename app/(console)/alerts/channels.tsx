/** Where alerts and ends of runs are told, and what became of what was told. */
import { Send } from 'lucide-react';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Channel, Delivery } from '#lib/notices/channels.ts';
import { ChangeChannelButton, DeleteChannelButton, TestChannelButton } from './channel-buttons.tsx';
import { channelWords, timingWords } from './channel-words.ts';

/** A notice is deferred to its hour; what is held are versions of records. */
const stateOfDelivery = {
  held: 'deferred',
  waiting: 'waiting',
  delivered: 'delivered',
  given_up: 'given_up',
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
        A channel tells alerts and ends of runs to a webhook, Slack, Teams or by e-mail, so that
        nobody has to watch. Administrators set them up.
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
            <Th className="max-sm:hidden">To</Th>
            <Th className="max-sm:hidden">Told of</Th>
            <Th className="max-sm:hidden">When</Th>
            {maySetUp ? <ActionsTh className="max-sm:hidden" /> : null}
          </tr>
        </Thead>
        <tbody>
          {channels.map((channel) => (
            <Tr key={channel.channelId}>
              <Td className="min-w-40 py-1.5 whitespace-normal">
                <span className="font-medium wrap-anywhere">
                  <Foreign text={channel.name} />
                </span>
                <span className="block text-xs text-ink-3">{channelWords[channel.kind]}</span>
                {channel.enabled ? null : <StatusBadge status="off" />}
                {channel.blockedUntil === null ? null : (
                  <span className="block text-xs text-warn">
                    failed, tries again <Time at={channel.blockedUntil} />
                  </span>
                )}
                <span className="flex flex-col items-start gap-1 text-xs text-ink-2 sm:hidden">
                  <span className="mono wrap-anywhere">{channel.host}</span>
                  {toldOf(channel)}, {timingWords(channel.timing)}
                  {maySetUp ? <ChannelButtons channel={channel} /> : null}
                </span>
              </Td>
              <Td className="mono min-w-48 max-w-72 whitespace-normal wrap-anywhere max-sm:hidden">
                {channel.host}
              </Td>
              <Td className="whitespace-nowrap max-sm:hidden">{toldOf(channel)}</Td>
              <Td className="w-full min-w-40 py-1.5 whitespace-normal max-sm:hidden">
                {timingWords(channel.timing)}
              </Td>
              {maySetUp ? (
                <Td align="right" className="max-sm:hidden">
                  <ChannelButtons channel={channel} />
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
                <Th>What</Th>
                <Th>Outcome</Th>
                <Th className="max-sm:hidden">When</Th>
                <Th className="max-sm:hidden">Channel</Th>
                <Th align="right" className="max-sm:hidden">
                  Attempts
                </Th>
                <Th className="max-sm:hidden">Last answer</Th>
              </tr>
            </Thead>
            <tbody>
              {deliveries.map((delivery) => (
                <Tr key={delivery.messageId}>
                  <Td className="w-full min-w-40 py-1.5 whitespace-normal">
                    <span className="wrap-anywhere">
                      <Foreign text={delivery.title} />
                    </span>
                    <span className="mono block text-xs text-ink-3">{delivery.type}</span>
                    <span className="block text-xs text-ink-3 sm:hidden">
                      {names.get(delivery.channelId)}, <Time at={delivery.createdAt} />
                    </span>
                  </Td>
                  <Td className="whitespace-nowrap">
                    <StatusBadge status={stateOfDelivery[delivery.outcome]} />
                    {delivery.outcome === 'held' ? (
                      <span className="block text-xs text-ink-3">
                        told <Time at={delivery.heldUntil} />
                      </span>
                    ) : null}
                  </Td>
                  <Td className="max-sm:hidden">
                    <Time at={delivery.createdAt} />
                  </Td>
                  <Td className="max-sm:hidden">{names.get(delivery.channelId)}</Td>
                  <Td align="right" className="num max-sm:hidden">
                    {delivery.attempts}
                  </Td>
                  <Td className="mono whitespace-nowrap max-sm:hidden">
                    {delivery.lastAnswer ?? <None />}
                  </Td>
                </Tr>
              ))}
            </tbody>
          </TableRegion>
        )}
      </Section>
    </>
  );
}

const toldOf = ({ alerts, runEnds }: Channel): string =>
  [alerts ? 'alerts' : '', runEnds ? 'ends of runs' : ''].filter(Boolean).join(', ') || 'nothing';

function ChannelButtons({ channel }: { readonly channel: Channel }) {
  const { channelId, name } = channel;
  return (
    <span className="inline-flex items-center gap-1">
      <TestChannelButton channelId={channelId} name={name} />
      <ChangeChannelButton channel={channel} />
      <DeleteChannelButton channelId={channelId} name={name} />
    </span>
  );
}
