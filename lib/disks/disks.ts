/** Room on the disks that the deployment fills: what is free, and what is too little to begin new work. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Session } from '#db/engine.ts';
import type { AppConfig } from '#lib/config/model.ts';
import type { Disk } from './low-disk.ts';

/** Where something is stored that fills a disk. */
interface StoredAt {
  /** `the database`, `the file lake`. */
  readonly what: string;
  /** A directory of this machine; null = of the database's server, which is asked. */
  readonly path: string | null;
}

export interface WatchedDisks {
  readonly places: readonly StoredAt[];
  /** With less free than this no new work is begun; 0 = it never waits for room. */
  readonly pauseBelowBytes: number;
}

/** What of a deployment fills disks, and when it is to wait for room. */
export function watchedDisks({
  database,
  lake,
  runner,
}: Pick<AppConfig, 'database' | 'lake' | 'runner'>): WatchedDisks {
  return {
    places: [
      {
        what: 'the database',
        path: database.engine === 'sqlite' ? dirname(database.path) : null,
      },
      ...(lake.enabled ? [{ what: 'the file lake', path: lake.baseDir }] : []),
    ],
    pauseBelowBytes: runner.pauseBelowBytes,
  };
}

/** What cannot be looked at, or is not told, is left out. */
export async function readDisks(
  session: Session,
  { places, pauseBelowBytes }: WatchedDisks,
): Promise<Disk[]> {
  const disks = await Promise.all(
    places.map(async ({ what, path }) => {
      const room = path === null ? await session.engine.readRoom(session) : await roomAt(path);
      return room ? [{ what, ...room, pauseBelowBytes }] : [];
    }),
  );
  return disks.flat();
}

/** Of the directory or, before the first file has made it, of the nearest above it. */
async function roomAt(path: string): Promise<Pick<Disk, 'freeBytes' | 'sizeBytes'> | null> {
  const stat = await statfs(path).catch(() => null);
  if (stat) return { freeBytes: stat.bavail * stat.bsize, sizeBytes: stat.blocks * stat.bsize };
  const above = dirname(path);
  return above === path ? null : roomAt(above);
}
