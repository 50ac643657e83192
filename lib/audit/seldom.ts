/** What is no news when it comes again at once, so that it does not flood the audit log. */
import type { Db } from '#db/engine.ts';

/** Again within this time, ms, it is not written. */
const againMs = 60_000;
/** Bounds the memory of a process. */
const mostKept = 1_000;

/** By database: a process may have several, and none knows what another was told. */
const written = new WeakMap<object, Map<string, number>>();

/** Whether `key` was not asked for within the last minute by this process, of the pool of this database. */
export function isNews({ q }: Pick<Db, 'q'>, key: string, nowMs = performance.now()): boolean {
  const writtenAt = written.get(q) ?? new Map<string, number>();
  written.set(q, writtenAt);
  const before = writtenAt.get(key);
  if (before !== undefined && nowMs - before < againMs) return false;
  writtenAt.delete(key);
  writtenAt.set(key, nowMs);
  const [oldest] = writtenAt.keys();
  if (writtenAt.size > mostKept && oldest !== undefined) writtenAt.delete(oldest);
  return true;
}
