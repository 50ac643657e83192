/** What the page Storage and the API say: what is large, how fast it grows, and how long there is room. */
import type { Session } from '#db/engine.ts';
import { readDisks, type WatchedDisks } from '#lib/disks/disks.ts';
import type { Disk, LowDisk } from '#lib/disks/low-disk.ts';
import { readNow } from '#lib/now.ts';
import { readCrew } from '#lib/workers/list-workers.ts';

const dayMs = 24 * 3_600_000;
/** Growth is told over this long, or as long as there are samples, days. */
const growthDays = 30;
const shownDays = 90;
const mostParts = 1_000;

export interface StoredPart {
  readonly name: string;
  /** Of records, their type; else empty. */
  readonly part: string;
  readonly rows: number | null;
  readonly bytes: number;
  /** Negative = it shrinks; null while there is only one sample. */
  readonly bytesPerDay: number | null;
}

export interface ShownDisk extends Disk {
  /** By the growth of what stands on it; null = it does not grow, or that is not known yet. */
  readonly pausesInDays: number | null;
}

export interface StorageDay {
  readonly day: string;
  readonly databaseBytes: number;
  readonly lakeBytes: number;
}

export interface Storage {
  /** Days that were sampled, the oldest first; empty before the first sample. */
  readonly days: readonly StorageDay[];
  /** From when to when growth is told. */
  readonly since: string | null;
  readonly tables: readonly StoredPart[];
  readonly records: readonly StoredPart[];
  readonly lake: StoredPart | null;
  readonly disks: readonly ShownDisk[];
  /** Set while no worker begins anything new. */
  readonly lowDisk: LowDisk | null;
}

interface SampleRow {
  readonly kind: string;
  readonly name: string;
  readonly part: string;
  readonly row_count: number | null;
  readonly bytes: number;
}

export async function readStorage(session: Session, watched: WatchedDisks): Promise<Storage> {
  const now = await readNow(session);
  const days = await readDays(session, dayBefore(now, shownDays));
  const latest = days.at(-1)?.day ?? null;
  const since = days.find(
    ({ day }) => latest !== null && day < latest && day >= dayBefore(latest, growthDays),
  );
  const rows = latest === null ? [] : await readSamples(session, latest);
  const earlier = since === undefined ? [] : await readSamples(session, since.day);
  const span =
    since === undefined || latest === null
      ? null
      : (Date.parse(latest) - Date.parse(since.day)) / dayMs;
  const before = new Map(earlier.map((row) => [keyOf(row), Number(row.bytes)]));
  const parts = (kind: string): StoredPart[] =>
    rows
      .filter((row) => row.kind === kind)
      .map((row) => ({
        name: row.name,
        part: row.part,
        rows: row.row_count === null ? null : Number(row.row_count),
        bytes: Number(row.bytes),
        bytesPerDay:
          span === null ? null : (Number(row.bytes) - (before.get(keyOf(row)) ?? 0)) / span,
      }));
  const tables = parts('table');
  const [lake = null] = parts('lake');
  const growthOf: Readonly<Record<string, number | null>> = {
    'the database': sumOf(tables.map(({ bytesPerDay }) => bytesPerDay)),
    'the file lake': lake?.bytesPerDay ?? null,
  };
  const disks = await readDisks(session, watched);
  return {
    days,
    since: since?.day ?? null,
    tables,
    records: parts('records'),
    lake,
    disks: disks.map((disk) => ({ ...disk, pausesInDays: daysLeft(disk, growthOf[disk.what]) })),
    lowDisk: (await readCrew(session)).lowDisk,
  };
}

const keyOf = ({ kind, name, part }: SampleRow) => JSON.stringify([kind, name, part]);

const sumOf = (numbers: readonly (number | null)[]): number | null =>
  numbers.length === 0 || numbers.includes(null)
    ? null
    : numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0);

const dayBefore = (instant: string, days: number): string =>
  new Date(Date.parse(instant) - days * dayMs).toISOString().slice(0, 10);

/** Until new work pauses; what stands on the same disk beside it is not known. */
function daysLeft(disk: Disk, bytesPerDay: number | null | undefined): number | null {
  if (!bytesPerDay || bytesPerDay <= 0) return null;
  return Math.max(0, disk.freeBytes - disk.pauseBelowBytes) / bytesPerDay;
}

async function readDays({ q }: Session, from: string): Promise<StorageDay[]> {
  const rows = await q
    .selectFrom('storage_samples')
    .select((eb) => ['day', 'kind', eb.fn.sum<number>('bytes').as('bytes')])
    .where('day', '>=', from)
    .where('kind', 'in', ['table', 'lake', 'records'])
    .groupBy(['day', 'kind'])
    .orderBy('day')
    .execute();
  return [...Map.groupBy(rows, ({ day }) => day)].map(([day, kinds]) => {
    const of = (kind: string) => Number(kinds.find((one) => one.kind === kind)?.bytes ?? 0);
    // Of a database that does not tell the size of its tables, what is known of its records.
    return { day, databaseBytes: of('table') || of('records'), lakeBytes: of('lake') };
  });
}

/** The largest of each kind; a deployment has some dozens. */
async function readSamples({ q, engine }: Session, day: string): Promise<SampleRow[]> {
  const query = q
    .selectFrom('storage_samples')
    .select(['kind', 'name', 'part', 'row_count', 'bytes'])
    .where('day', '=', day)
    .orderBy('bytes', 'desc')
    .orderBy('kind')
    .orderBy('name')
    .orderBy('part');
  return engine.take(query, mostParts).execute();
}
