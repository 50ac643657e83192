/** Addresses with ranges and alternatives in braces: `items/{1..50}`, `{001..100}`, `{0..900..100}`, `{en,de}`. */

/** Most addresses of one seed, templates expanded. */
export const mostAddresses = 10_000;

const group = /\{([^{}]*)\}/;
const range = /^(\d{1,12})\.\.(\d{1,12})(?:\.\.(\d{1,9}))?$/;

/** Why a template cannot be expanded, as a sentence part; null when it can. */
export function templateFault(template: string): string | null {
  let count = 1;
  for (const [, inner = ''] of template.matchAll(new RegExp(group, 'g'))) {
    const size = sizeOf(inner);
    if (size === null)
      return `{${inner}} is neither a range such as {1..50} nor a list such as {a,b}`;
    count *= size;
  }
  if (/[{}]/.test(template.replaceAll(new RegExp(group, 'g'), ''))) return 'a brace is not closed';
  return count > mostAddresses ? `stands for more than ${mostAddresses} addresses` : null;
}

/** All addresses a template stands for, the last group counting fastest; itself when it has no group. */
export function expandTemplate(template: string): string[] {
  const match = group.exec(template);
  if (!match) return [template];
  const [whole, inner = ''] = match;
  const before = template.slice(0, match.index);
  const rest = expandTemplate(template.slice(match.index + whole.length));
  return valuesOf(inner).flatMap((value) => rest.map((end) => `${before}${value}${end}`));
}

function sizeOf(inner: string): number | null {
  const bounds = boundsOf(inner);
  if (bounds) return bounds.size;
  return inner.includes(',') && !inner.includes('..') ? inner.split(',').length : null;
}

function valuesOf(inner: string): string[] {
  const bounds = boundsOf(inner);
  if (!bounds) return inner.split(',').map((value) => value.trim());
  return Array.from({ length: bounds.size }, (_, index) =>
    String(bounds.from + index * bounds.step).padStart(bounds.width, '0'),
  );
}

function boundsOf(inner: string) {
  const [, first, last, by = '1'] = range.exec(inner.trim()) ?? [];
  if (first === undefined || last === undefined) return null;
  const step = Math.max(1, Number(by));
  const down = Number(first) > Number(last);
  return {
    from: Number(first),
    step: down ? -step : step,
    size: Math.floor(Math.abs(Number(last) - Number(first)) / step) + 1,
    // `{001..100}`: leading zeros say how wide each number is written.
    width: first.startsWith('0') && first.length > 1 ? first.length : 0,
  };
}
