/** Num: an integer with separators and tabular digits. Also bytes, shares, durations, times and ids as text; pure, so that server and client agree. */
import type { CountResult } from '#lib/paging/capped-count.ts';

export const formatCount = (value: number): string => value.toLocaleString('en-US');

export function Num({ value, className }: { readonly value: number; readonly className?: string }) {
  return <span className={`num ${className ?? ''}`}>{formatCount(value)}</span>;
}

/** 1536 → `1.5 KB` (1 KB = 1,024 bytes). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

/** 0.0042 → `0.4 %`; what is not nothing is never shown as 0, what is not all never as 100. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '< 0.1 %';
  if (part < whole && percent > 99.5) return '> 99 %';
  return percent < 10 && percent !== Math.round(percent)
    ? `${percent.toFixed(1)} %`
    : `${Math.round(percent)} %`;
}

/** Milliseconds in the two largest units: `850 ms`, `12.4 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `3 items`, `1 item`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** As a figure that shows whether it is exact. */
export function shortCount(count: CountResult): string {
  switch (count.kind) {
    case 'exact':
      return formatCount(count.count);
    case 'more':
      return `> ${formatCount(count.than)}`;
    case 'at_least':
      return `≥ ${formatCount(count.count)}`;
    case 'unknown':
      return 'not known';
  }
}

/** The end of an id tells siblings apart: UUIDv7 begin with the time. Usable on server and client. */
export const shortId = (id: string): string => (id.length > 12 ? id.slice(-8) : id);

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `42 s ago`, `in 3 h`, `10 d ago`; past 60 days the UTC date. `now` is in ms since the epoch. */
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

/** "12 sources", or "3 of 12 sources" where a filter leaves some out. */
export const shownOf = (shown: number, all: number, one: string): string =>
  shown === all ? countOf(all, one) : `${formatCount(shown)} of ${countOf(all, one)}`;
