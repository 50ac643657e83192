/** Times in words, relative to `now` (ms since the epoch). Pure, so that server and client agree. */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `42 s ago`, `in 3 h`, `10 d ago`; past 60 days the UTC date. */
export function formatRelative(at: string, now: number): string {
  const time = Date.parse(at);
  const distance = Math.abs(now - time);
  if (distance >= 60 * day) return at.slice(0, 10);
  if (distance < 1000) return 'just now';
  const words =
    distance < minute
      ? `${Math.floor(distance / 1000)} s`
      : distance < hour
        ? `${Math.floor(distance / minute)} min`
        : distance < 2 * day
          ? `${Math.floor(distance / hour)} h`
          : `${Math.floor(distance / day)} d`;
  return time <= now ? `${words} ago` : `in ${words}`;
}

/** `2026-03-01 12:00:05 UTC` */
export const formatUtc = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
