/** What is large, how fast it grows, what retention would free, and how long there is room. */
import type { Metadata } from 'next';
import { loadPage } from '#app/_server/action.ts';
import { Banner } from '#app/ui/banner.tsx';
import { LinkButton } from '#app/ui/button.tsx';
import { Link } from '#app/ui/link.tsx';
import { LiveRefresh } from '#app/ui/live.tsx';
import { countOf, formatBytes } from '#app/ui/num.tsx';
import { PageHeader, Section } from '#app/ui/page-header.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { EmptyState, ErrorState } from '#app/ui/states.tsx';
import { may } from '#lib/actor/model.ts';
import { requireSources } from '#lib/actor/require-permission.ts';
import { watchedDisks } from '#lib/disks/disks.ts';
import { lowDiskSentence } from '#lib/disks/low-disk.ts';
import { readStorage, type ShownDisk, type Storage } from '#lib/storage/read-storage.ts';
import { Parts } from './parts.tsx';
import { RetentionPreview } from './retention-preview.tsx';

export const metadata: Metadata = { title: 'Storage' };

export default async function StoragePage() {
  const loaded = await loadPage(async ({ runtime, reads, actor }) => {
    requireSources(actor, 'all');
    return {
      storage: await readStorage(reads, watchedDisks(runtime.config)),
      mayExamine: may(actor, 'database:examine'),
    };
  });
  if (!loaded.ok) {
    return (
      <>
        <PageHeader title="Storage" />
        <ErrorState error={loaded.error} />
      </>
    );
  }
  const { storage, mayExamine } = loaded.data;
  const { days, tables, records, lowDisk } = storage;
  const latest = days.at(-1);
  return (
    <>
      <LiveRefresh />
      <PageHeader
        title="Storage"
        meta={latest ? <span>sampled once a day, last on {latest.day}</span> : null}
        actions={<LinkButton href="/settings">Retention</LinkButton>}
      />
      {lowDisk === null ? null : (
        <Banner kind="warn" title={lowDiskSentence(lowDisk)}>
          What is in progress is finished. Work goes on by itself when there is room: shorten what
          is kept, or enlarge the disk.
        </Banner>
      )}
      <Figures storage={storage} />
      {latest === undefined ? (
        <EmptyState title="No sample has been taken yet">
          A worker takes one within ten minutes of its start, and then once a day. Free room is read
          now.
        </EmptyState>
      ) : null}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {records.length === 0 ? null : (
          <Parts
            title="Records by source and type"
            aside="texts and bodies, without indexes"
            parts={records}
            heads={['Source', 'Type']}
            href={({ name }) => `/records?source=${encodeURIComponent(name)}`}
          />
        )}
        {tables.length === 0 ? null : (
          <Parts
            title="Tables"
            aside={`${countOf(tables.length, 'table')} with their indexes`}
            parts={tables}
            heads={['Table']}
          />
        )}
      </div>
      {latest !== undefined && tables.length === 0 ? (
        <p className="text-xs text-ink-3">
          The sizes of tables are not told: the file is too large to be read daily (
          <code>pnpm db:doctor</code> does), or the server does not let this login see them.
        </p>
      ) : null}
      <Section title="What retention would free">
        {mayExamine ? (
          <RetentionPreview />
        ) : (
          <p className="text-sm text-ink-2">Operators can count what retention would delete.</p>
        )}
      </Section>
    </>
  );
}

function Figures({ storage: { days, disks, lake, since } }: { readonly storage: Storage }) {
  const latest = days.at(-1);
  const first = days.find(({ day }) => day === since);
  const grown = (key: 'databaseBytes' | 'lakeBytes') =>
    latest === undefined || first === undefined
      ? 'growth is known after the second day'
      : `${signed(latest[key] - first[key])} since ${first.day}`;
  return (
    <StatRow>
      {disks.map((disk) => (
        <Stat
          key={disk.what}
          label={`Free for ${disk.what}`}
          value={formatBytes(disk.freeBytes)}
          detail={roomIn(disk)}
        />
      ))}
      {disks.length === 0 ? (
        <Stat label="Free room" value="–" detail="the database’s server does not tell this login" />
      ) : null}
      {latest === undefined ? null : (
        <Stat
          label="Database"
          value={formatBytes(latest.databaseBytes)}
          detail={grown('databaseBytes')}
          graph={
            days.length < 2 ? null : (
              <Sparkline
                label={`Size of the database on ${countOf(days.length, 'day')}`}
                values={days.map(({ databaseBytes }) => databaseBytes)}
              />
            )
          }
        />
      )}
      {lake === null ? (
        <Stat
          label="File lake"
          value="off"
          detail={<Link href="/settings">INGEST_LAKE_ENABLED</Link>}
        />
      ) : (
        <Stat
          label="File lake"
          value={formatBytes(lake.bytes)}
          detail={`${countOf(lake.rows ?? 0, 'file')}, ${grown('lakeBytes')}`}
        />
      )}
    </StatRow>
  );
}

/** Growth that goes on for longer is nothing that anybody can tell. */
const mostDaysTold = 730;

const signed = (bytes: number) => `${bytes < 0 ? '−' : '+'}${formatBytes(Math.abs(bytes))}`;

function roomIn({ sizeBytes, pauseBelowBytes, pausesInDays }: ShownDisk) {
  const of = sizeBytes === null ? '' : `of ${formatBytes(sizeBytes)}; `;
  if (pauseBelowBytes === 0) return `${of}work never pauses for it`;
  const when =
    pausesInDays === null || pausesInDays > mostDaysTold
      ? ''
      : `, in ${countOf(Math.round(pausesInDays), 'day')} at this growth`;
  return `${of}work pauses below ${formatBytes(pauseBelowBytes)}${when}`;
}
