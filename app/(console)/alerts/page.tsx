import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { filteredList } from '#app/_server/filtered-list.ts';
import { ListFilter } from '#app/_shared/filters/list-filter.tsx';
import { ParameterProblems } from '#app/ui/banner.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { PageHeader } from '#app/ui/page-header.tsx';
import { ErrorState, NoMatch } from '#app/ui/states.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { may } from '#lib/actor/model.ts';
import { alertFilters } from '#lib/alerts/alert-filters.ts';
import { listAlerts } from '#lib/alerts/list-alerts.ts';
import { readMutes } from '#lib/alerts/mutes.ts';
import { readRuleSettings } from '#lib/alerts/rule-settings.ts';
import { alertRules } from '#lib/alerts/rules/registry.ts';
import { matching } from '#lib/filters/row-filters.ts';
import { listChannels, listDeliveries } from '#lib/notices/channels.ts';
import type { RawParameters } from '#lib/paging/parameters.ts';
import { listQuarantines } from '#lib/quarantine/read.ts';
import { AlertList } from './alert-list.tsx';
import { NewChannelButton } from './channel-buttons.tsx';
import { Channels } from './channels.tsx';
import { Mutes } from './mutes.tsx';
import { Quarantines } from './quarantines.tsx';
import type { ShownRule } from './rule-dialog.tsx';
import { Rules } from './rules.tsx';

export const metadata: Metadata = { title: 'Alerts' };

const tabs = ['open', 'quarantine', 'closed', 'muted', 'rules', 'channels'] as const;
type Tab = (typeof tabs)[number];
const words: Readonly<Record<Tab, string>> = {
  open: 'Open',
  quarantine: 'Quarantine',
  closed: 'Closed',
  muted: 'Muted',
  rules: 'Rules',
  channels: 'Channels',
};

export default async function AlertsPage({
  searchParams,
}: {
  readonly searchParams: Promise<RawParameters>;
}) {
  const raw = await searchParams;
  const { tab: given } = raw;
  const tab = tabs.find((one) => one === given) ?? 'open';
  const loaded = await loadPage(async ({ runtime, actor, sight }) => ({
    open: await listAlerts(runtime.db, 'open', sight),
    closed: tab === 'closed' ? await listAlerts(runtime.db, 'closed', sight) : [],
    held: await listQuarantines(runtime.db, 'open', sight),
    decided: tab === 'quarantine' ? await listQuarantines(runtime.db, 'decided', sight) : [],
    mutes: await readMutes(runtime.db, sight),
    rules: tab === 'rules' ? await shownRules(runtime.db) : [],
    channels: tab === 'channels' && sight === null ? await listChannels(runtime.db) : [],
    deliveries: tab === 'channels' && sight === null ? await listDeliveries(runtime.db) : [],
    // Channels tell of all sources, and their deliveries name them.
    shownTabs: sight === null ? tabs : tabs.filter((one) => one !== 'channels'),
    seesAll: sight === null,
    mayChange: may(actor, 'alerts:change'),
    maySetUp: may(actor, 'settings:manage'),
  }));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Alerts" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { open, held, decided, closed, mutes, rules, channels, deliveries, mayChange, maySetUp } =
    loaded.data;
  const { shownTabs, seesAll } = loaded.data;
  const counts: Readonly<Partial<Record<Tab, number>>> = {
    open: open.length,
    quarantine: held.length,
    muted: mutes.length,
  };
  const list = await filteredList('alerts', '/alerts', alertFilters, raw, ['tab']);
  const { values, problems } = alertFilters.read(raw, list.clock);
  const listed = tab === 'closed' ? closed : open;
  const shown = matching(listed, alertFilters.given(values));
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Alerts"
        actions={tab === 'channels' && maySetUp ? <NewChannelButton /> : null}
      />
      <TabLinks
        label="Alerts"
        tabs={shownTabs.map((one) => ({
          href: one === 'open' ? '/alerts' : `/alerts?tab=${one}`,
          label: words[one],
          count: counts[one],
          isCurrent: one === tab,
        }))}
      />
      {tab === 'quarantine' ? (
        <Quarantines open={held} decided={decided} mayDecide={mayChange} />
      ) : null}
      {tab === 'muted' ? <Mutes mutes={mutes} mayChange={mayChange} /> : null}
      {tab === 'rules' ? <Rules rules={rules} mayChange={mayChange && seesAll} /> : null}
      {tab === 'channels' && seesAll ? (
        <Channels channels={channels} deliveries={deliveries} maySetUp={maySetUp} />
      ) : null}
      {tab === 'open' || tab === 'closed' ? (
        <>
          {listed.length === 0 ? null : (
            <ListFilter of={list} placeholder="Filter by what is wrong, source, rule, time …" />
          )}
          <ParameterProblems problems={[...list.unread, ...problems]} />
          {listed.length > 0 && shown.length === 0 ? (
            <NoMatch what="alert" href={tab === 'open' ? '/alerts' : '/alerts?tab=closed'} />
          ) : (
            <AlertList alerts={shown} tab={tab} mayChange={mayChange} />
          )}
        </>
      ) : null}
    </>
  );
}

async function shownRules(session: Parameters<typeof readRuleSettings>[0]): Promise<ShownRule[]> {
  const settings = await readRuleSettings(session);
  return alertRules.map(({ rule, label, help, thresholds, judgeRun, quarantine }) => ({
    rule,
    label,
    help,
    thresholds,
    enabled: settings.get(rule)?.enabled ?? true,
    values: settings.get(rule)?.values ?? {},
    hasHistory: judgeRun !== undefined,
    quarantine: quarantine === undefined ? null : (settings.get(rule)?.quarantine ?? quarantine),
  }));
}
