import { BellRing } from 'lucide-react';
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { LinkButton } from '#app/ui/button.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { Time } from '#app/ui/time.tsx';
import { can } from '#lib/actor/model.ts';
import { listAlerts } from '#lib/alerts/list-alerts.ts';
import type { Alert } from '#lib/alerts/model.ts';
import { readRuleSettings } from '#lib/alerts/rule-settings.ts';
import { alertRules } from '#lib/alerts/rules/registry.ts';
import { listChannels, listDeliveries } from '#lib/notices/channels.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { AcknowledgeButton, TuneButton } from './alert-buttons.tsx';
import { NewChannelButton } from './channel-buttons.tsx';
import { Channels } from './channels.tsx';
import type { ShownRule } from './rule-dialog.tsx';

export const metadata: Metadata = { title: 'Alerts' };

const tabs = ['open', 'closed', 'rules', 'channels'] as const;
type Tab = (typeof tabs)[number];
const words: Readonly<Record<Tab, string>> = {
  open: 'Open',
  closed: 'Closed',
  rules: 'Rules',
  channels: 'Channels',
};

export default async function AlertsPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const { tab: given } = await searchParams;
  const tab = tabs.find((one) => one === given) ?? 'open';
  const loaded = await loadPage(async ({ runtime, actor }) => ({
    open: await listAlerts(runtime.db, 'open'),
    closed: tab === 'closed' ? await listAlerts(runtime.db, 'closed') : [],
    rules: tab === 'rules' ? await shownRules(runtime.db) : [],
    channels: tab === 'channels' ? await listChannels(runtime.db) : [],
    deliveries: tab === 'channels' ? await listDeliveries(runtime.db) : [],
    mayChange: can(actor.role, 'alerts:change'),
    maySetUp: can(actor.role, 'settings:manage'),
  }));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Alerts" />
        <ErrorState
          error={loaded.error}
          action={<LinkButton href="/alerts">Try again</LinkButton>}
        />
      </>
    );
  }
  const { open, closed, rules, channels, deliveries, mayChange, maySetUp } = loaded.data;
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Alerts"
        actions={tab === 'channels' && maySetUp ? <NewChannelButton /> : null}
      />
      <TabLinks
        label="Alerts"
        tabs={tabs.map((one) => ({
          href: one === 'open' ? '/alerts' : `/alerts?tab=${one}`,
          label: words[one],
          count: one === 'open' ? open.length : undefined,
          isCurrent: one === tab,
        }))}
      />
      {tab === 'rules' ? <Rules rules={rules} mayChange={mayChange} /> : null}
      {tab === 'channels' ? (
        <Channels channels={channels} deliveries={deliveries} maySetUp={maySetUp} />
      ) : null}
      {tab === 'open' || tab === 'closed' ? (
        <AlertList alerts={tab === 'open' ? open : closed} tab={tab} mayChange={mayChange} />
      ) : null}
    </>
  );
}

async function shownRules(session: Parameters<typeof readRuleSettings>[0]): Promise<ShownRule[]> {
  const settings = await readRuleSettings(session);
  return alertRules.map(({ rule, label, help, thresholds, judgeRun }) => ({
    rule,
    label,
    help,
    thresholds,
    enabled: settings.get(rule)?.enabled ?? true,
    values: settings.get(rule)?.values ?? {},
    hasHistory: judgeRun !== undefined,
  }));
}

function AlertList({
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
          <Th>Opened</Th>
          <Th>{tab === 'open' ? 'Last found' : 'Closed'}</Th>
          <Th>Acknowledged</Th>
          {mayChange && tab === 'open' ? <ActionsTh /> : null}
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
      <Td className="w-full min-w-64 whitespace-normal py-1.5">
        <Link href={alert.href} className="link font-medium">
          <bdi>{alert.title}</bdi>
        </Link>
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
      </Td>
      <Td>
        <Time at={alert.openedAt} />
      </Td>
      <Td>
        <Time at={alert.closedAt ?? alert.seenAt} />
      </Td>
      <Td>
        {alert.acknowledgedAt === null ? (
          <span className="text-ink-3">not yet</span>
        ) : (
          <>
            <Time at={alert.acknowledgedAt} /> by {alert.acknowledgedBy}
          </>
        )}
      </Td>
      {mayChange ? (
        <Td align="right">
          {alert.acknowledgedAt === null ? (
            <AcknowledgeButton alertId={alert.alertId} title={alert.title} />
          ) : null}
        </Td>
      ) : null}
    </Tr>
  );
}

function Rules({
  rules,
  mayChange,
}: {
  readonly rules: readonly ShownRule[];
  readonly mayChange: boolean;
}) {
  return (
    <TableRegion label="Rules">
      <Thead>
        <tr>
          <Th>Rule</Th>
          <Th>State</Th>
          <Th>Thresholds</Th>
          {mayChange ? <ActionsTh /> : null}
        </tr>
      </Thead>
      <tbody>
        {rules.map((rule) => (
          <Tr key={rule.rule}>
            <Td className="min-w-64 whitespace-normal py-1.5">
              <span className="font-medium">{rule.label}</span>
              <p className="text-ink-2">{rule.help}</p>
            </Td>
            <Td>
              <StatusBadge status={rule.enabled ? 'enabled' : 'disabled'} />
            </Td>
            <Td className="whitespace-normal text-ink-2">
              {Object.entries(rule.thresholds).map(([name, threshold]) => (
                <span key={name} className="block">
                  {threshold.label}{' '}
                  <span className="num text-ink">
                    {(rule.values[name] ?? threshold.default).toLocaleString('en-US')}{' '}
                    {threshold.unit}
                  </span>
                </span>
              ))}
            </Td>
            {mayChange ? (
              <Td align="right">
                <TuneButton rule={rule} />
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
