import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { ErrorBanner } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { countOf, formatCount, formatDuration } from '#app/ui/num.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { ErrorState } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import { signInFacts } from '#lib/access/provider.ts';
import { listUsers } from '#lib/access/users.ts';
import { may } from '#lib/actor/model.ts';
import { type Deployment, readDeployment } from '#lib/health/deployment.ts';
import { mostEvents } from '#lib/retention/most-events.ts';
import { type Retention, readRetention } from '#lib/retention/settings.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { RetentionButton } from './retention-button.tsx';
import { SignInSection } from './sign-in-section.tsx';
import { SmokeCheck } from './smoke-check.tsx';
import { UserTable } from './user-table.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const loaded = await loadPage(async ({ runtime, actor }) => ({
    actor,
    deployment: await readDeployment(runtime),
    retention: await readRetention(runtime.db),
    signIn: signInFacts(runtime.config.signIn),
    // Who has an account is for those who manage accounts.
    users: may(actor, 'users:manage') ? await listUsers(runtime.db) : null,
    sources: may(actor, 'users:manage')
      ? (await listSources(runtime.db)).map(({ name }) => name)
      : [],
  }));
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Settings" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { actor, deployment, retention, signIn, sources, users } = loaded.data;
  const { health } = deployment;
  return (
    <>
      <PageHeader title="Settings" />
      <ErrorBanner error={health.error} isLive={false} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Section
          title="Database"
          aside={
            <>
              {may(actor, 'database:examine') ? (
                <LinkButton href="/settings/database" size="sm">
                  Examine
                </LinkButton>
              ) : null}
              <StatusBadge status={health.ok ? 'healthy' : 'unhealthy'} />
            </>
          }
        >
          <KeyValue
            entries={[
              ...deployment.connection.map(([label, value]) => ({
                label,
                value: <span className="mono">{value}</span>,
              })),
              { label: 'Chosen because', value: deployment.reason },
              ...(deployment.replica
                ? [
                    {
                      label: 'Read replica',
                      value: deployment.replica.inUse
                        ? 'in use for lists and statistics'
                        : `unavailable: ${deployment.replica.reason?.message ?? 'it could not be read'}`,
                    },
                  ]
                : []),
              { label: 'Connections', value: <Connections pool={deployment.pool} /> },
              {
                label: 'Response time',
                value:
                  health.latencyMs === null ? null : (
                    <span className="num">{health.latencyMs} ms</span>
                  ),
              },
            ]}
          />
        </Section>
        <Section title="This deployment">
          <KeyValue
            entries={[
              {
                label: 'User agent',
                value: <span className="mono">{deployment.userAgent}</span>,
              },
              {
                label: 'Private networks',
                value:
                  deployment.egressAllow.length === 0 ? (
                    'none may be reached (INGEST_EGRESS_ALLOW)'
                  ) : (
                    <span className="mono">{deployment.egressAllow.join(', ')}</span>
                  ),
              },
              {
                label: 'File lake',
                value: deployment.lake.enabled ? (
                  <span className="mono">{deployment.lake.baseDir}</span>
                ) : (
                  'off, records are in the database'
                ),
              },
            ]}
          />
        </Section>
      </div>
      <RetentionSection retention={retention} mayChange={may(actor, 'settings:manage')} />
      {may(actor, 'settings:manage') ? <SmokeCheck /> : null}
      {users ? (
        <>
          <SignInSection signIn={signIn} />
          <UserTable sources={sources} users={users} ownId={actor.userId} signIn={signIn} />
        </>
      ) : (
        <Section title="Your account">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <KeyValue
              entries={[
                { label: 'Name', value: actor.name },
                { label: 'E-mail', value: actor.email },
                { label: 'Role', value: `${actor.role}; administrators change roles` },
              ]}
            />
            <LinkButton href="/settings/account">Account</LinkButton>
          </div>
        </Section>
      )}
      <Section title="Programs">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm">
            A program shows an API token, which acts for whoever made it, within bounds.
          </p>
          <LinkButton href="/settings/tokens">API tokens</LinkButton>
        </div>
      </Section>
      <Migrations
        migrations={deployment.migrations}
        pending={health.pendingMigrations?.length ?? 0}
      />
    </>
  );
}

/** On the embedded engine, the one place to write. */
function Connections({ pool }: { readonly pool: Deployment['pool'] }) {
  const { used, free, waiting, max, p95WaitMs, longestWaitMs } = pool;
  return (
    <span className="num">
      {used} in use, {free} idle, {waiting} waiting, {max} at most; waits of the last minutes: p95{' '}
      {formatDuration(p95WaitMs)}, longest {formatDuration(longestWaitMs)}
    </span>
  );
}

/** The newest in sight, all on demand: there are more with every version. */
function Migrations({
  migrations,
  pending,
}: {
  readonly migrations: Deployment['migrations'];
  readonly pending: number;
}) {
  const [newest] = migrations;
  return (
    <Section
      title="Migrations"
      isFlush
      aside={pending > 0 ? `${pending} not applied` : 'all applied'}
    >
      <details>
        <summary className="px-3 py-2.5 text-sm hover:text-accent">
          {countOf(migrations.length, 'migration')}
          {newest ? (
            <span className="text-ink-2">
              {' '}
              applied, the last <Time at={newest.appliedAt} />:{' '}
              <span className="mono">{newest.name}</span>
            </span>
          ) : null}
        </summary>
        <ul className="border-t">
          {migrations.map((migration) => (
            <li
              key={migration.name}
              className="flex items-center justify-between gap-4 border-b px-3 py-1.5 last:border-b-0"
            >
              <span className="mono truncate">{migration.name}</span>
              <span className="num shrink-0 text-xs text-ink-3">
                <Time at={migration.appliedAt} />, took {formatDuration(migration.durationMs)}
              </span>
            </li>
          ))}
        </ul>
      </details>
    </Section>
  );
}

function RetentionSection({
  retention,
  mayChange,
}: {
  readonly retention: Retention;
  readonly mayChange: boolean;
}) {
  const apart = Object.keys(retention.sources).toSorted();
  const inWords = (days: number | null) => (days === null ? 'kept forever' : countOf(days, 'day'));
  return (
    <Section title="Retention" aside={mayChange ? <RetentionButton retention={retention} /> : null}>
      <KeyValue
        entries={[
          {
            label: 'Run log',
            value: `${inWords(retention.eventDays)}, ${formatCount(mostEvents)} events at most`,
          },
          { label: 'Attempts', value: inWords(retention.attemptDays) },
          { label: 'Records', value: inWords(retention.recordDays) },
          { label: 'Older versions of records', value: inWords(retention.versionDays) },
          { label: 'Finished items', value: inWords(retention.itemDays) },
          { label: 'Ended runs', value: inWords(retention.runDays) },
          { label: 'Background actions', value: inWords(retention.operationDays) },
          { label: 'Outcomes of background actions', value: '30 days; their totals are kept' },
          { label: 'Audit log', value: inWords(retention.auditDays) },
          ...(apart.length === 0
            ? []
            : [{ label: 'Sources that differ', value: apart.join(', ') }]),
        ]}
      />
    </Section>
  );
}
