/** How one figure differs from another, in words for a table. */
import { formatCount } from '#app/ui/num.tsx';

/** `+1,200 (+50 %)`, `−3`, `same`; the share is of the first, and left out where that is nothing. */
export function difference(
  first: number,
  second: number,
  format: (value: number) => string = formatCount,
): string {
  const change = second - first;
  if (change === 0) return 'same';
  const sign = change > 0 ? '+' : '−';
  const amount = `${sign}${format(Math.abs(change))}`;
  const percent = Math.round((Math.abs(change) / first) * 100);
  return first === 0 || percent === 0 ? amount : `${amount} (${sign}${formatCount(percent)} %)`;
}
