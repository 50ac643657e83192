/** What is no news when it comes again at once, so that it does not flood the audit log. */

/** Again within this time, ms, it is not written. */
const againMs = 60_000;
/** Bounds the memory of a process. */
const mostKept = 1_000;

const writtenAt = new Map<string, number>();

/** Whether `key` was not asked for within the last minute by this process. */
export function isNews(key: string, nowMs = performance.now()): boolean {
  const before = writtenAt.get(key);
  if (before !== undefined && nowMs - before < againMs) return false;
  writtenAt.delete(key);
  writtenAt.set(key, nowMs);
  const [oldest] = writtenAt.keys();
  if (writtenAt.size > mostKept && oldest !== undefined) writtenAt.delete(oldest);
  return true;
}
