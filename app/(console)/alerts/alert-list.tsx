/** What is wrong, or was: with its evidence, and what a person has said of it. */
import { BellRing } from 'lucide-react';
import { MuteButton } from '#app/_shared/mute/mute-button.tsx';
import type { Mutable } from '#app/_shared/mute/mute-dialog.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Alert } from '#lib/alerts/model.ts';
import { alertRules } from '#lib/alerts/rules/registry.ts';
import { AcknowledgeButton } from './alert-buttons.tsx';

export function AlertList({
  alerts,
  tab,
  mayChange,
}: {
  readonly alerts: readonly Alert[];
  readonly tab: 'open' | 'closed';
  readonly mayChange: boolean;
}) {
  if (alerts.length === 0) {
    return (
      <EmptyState
        icon={<BellRing aria-hidden />}
        title={tab === 'open' ? 'Nothing is wrong' : 'No alert has been closed yet'}
      >
        The rules are evaluated every three minutes. An alert is opened once, and closes by itself
        when it has been over for ten minutes.
      </EmptyState>
    );
  }
  return (
    <TableRegion label={tab === 'open' ? 'Open alerts' : 'Closed alerts'}>
      <Thead>
        <tr>
          <Th>What is wrong</Th>
          <Th className="max-sm:hidden">Opened</Th>
          <Th className="max-sm:hidden">{tab === 'open' ? 'Last found' : 'Closed'}</Th>
          <Th className="max-sm:hidden">Acknowledged</Th>
          {mayChange && tab === 'open' ? <ActionsTh className="max-sm:hidden" /> : null}
        </tr>
      </Thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.alertId} alert={alert} mayChange={mayChange && tab === 'open'} />
        ))}
      </tbody>
    </TableRegion>
  );
}

function AlertRow({ alert, mayChange }: { readonly alert: Alert; readonly mayChange: boolean }) {
  const evidence = Object.entries(alert.evidence);
  return (
    <Tr>
      <Td className="w-full whitespace-normal py-1.5 sm:min-w-64">
        <Link href={alert.href} className="link font-medium">
          <Foreign text={alert.title} />
        </Link>
        {alert.mute === null ? null : (
          <span className="ml-2 whitespace-nowrap">
            <StatusBadge status="muted" />
            <span className="text-xs text-ink-3">
              {' '}
              ends <Time at={alert.mute.until} />
            </span>
          </span>
        )}
        <p className="text-ink-2 wrap-anywhere">{alert.detail}</p>
        {evidence.length === 0 ? null : (
          <details>
            <summary className="w-fit text-xs text-ink-3">Evidence</summary>
            <div className="py-1">
              <KeyValue
                entries={evidence.map(([label, value]) => ({
                  label,
                  value: typeof value === 'number' ? value.toLocaleString('en-US') : value,
                }))}
              />
            </div>
          </details>
        )}
        <div className="flex flex-col items-start gap-1.5 py-1 text-xs text-ink-3 sm:hidden">
          <span>
            opened <Time at={alert.openedAt} />, {alert.closedAt === null ? 'last found' : 'closed'}{' '}
            <Time at={alert.closedAt ?? alert.seenAt} />
          </span>
          <span>
            acknowledged: <Acknowledged alert={alert} />
          </span>
          {mayChange ? <AlertButtons alert={alert} /> : null}
        </div>
      </Td>
      <Td className="max-sm:hidden">
        <Time at={alert.openedAt} />
      </Td>
      <Td className="max-sm:hidden">
        <Time at={alert.closedAt ?? alert.seenAt} />
      </Td>
      <Td className="max-sm:hidden">
        <Acknowledged alert={alert} />
      </Td>
      {mayChange ? (
        <Td align="right" className="max-sm:hidden">
          <AlertButtons alert={alert} />
        </Td>
      ) : null}
    </Tr>
  );
}

function Acknowledged({ alert: { acknowledgedAt, acknowledgedBy } }: { readonly alert: Alert }) {
  if (acknowledgedAt === null) return <span className="text-ink-3">not yet</span>;
  return (
    <>
      <Time at={acknowledgedAt} /> by {acknowledgedBy}
    </>
  );
}

function AlertButtons({ alert }: { readonly alert: Alert }) {
  return (
    <span className="inline-flex items-center gap-1">
      {alert.acknowledgedAt === null ? (
        <AcknowledgeButton alertId={alert.alertId} title={alert.title} />
      ) : null}
      {alert.mute === null ? <MuteButton name={alert.title} choices={mutableOf(alert)} /> : null}
    </span>
  );
}

const mutableOf = ({ rule, sourceName }: Alert): Mutable[] => [
  ...(sourceName === null
    ? []
    : [
        {
          label: `The source ${sourceName}`,
          target: { kind: 'source', source: sourceName } as const,
        },
      ]),
  {
    label: `The rule ${alertRules.find((one) => one.rule === rule)?.label ?? rule}, everywhere`,
    target: { kind: 'rule', rule },
  },
];
