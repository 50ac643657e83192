/** Finding things in responses: CSS selectors in pages, simple paths (`$.items[*].url`, `$..href`) in JSON. */
// Without its loaders for addresses and files: they bring a second HTTP client and every character set.
import { load } from 'cheerio/slim';
import { parse } from 'parse5';
import { adapter } from 'parse5-htmlparser2-tree-adapter';
import type { JsonValue } from '#lib/json.ts';

type Step = { readonly key: string } | { readonly index: number } | 'each' | 'deep';

export const isJsonPath = (selector: string): boolean => selector.startsWith('$');

/** Steps of `$.a.b[0]['c d'][*]..e`; null when it cannot be read. */
function stepsOf(path: string): Step[] | null {
  const steps: Step[] = [];
  const pattern = /(\.\.?)(\*|[\p{L}_][\p{L}\p{N}_-]*)|\[(\*|\d+)\]|\[(['"])(.*?)\4\]/uy;
  pattern.lastIndex = 1;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return null;
    const [, dots, name, index, , quoted] = match;
    if (dots === '..') steps.push('deep');
    if (name === '*' || index === '*') steps.push('each');
    else if (name !== undefined) steps.push({ key: name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ key: quoted ?? '' });
  }
  return steps;
}

/** Why a path cannot be used, as a sentence part; null when it can. */
export const pathFault = (path: string): string | null =>
  isJsonPath(path) && stepsOf(path) ? null : 'give a path such as $.items[*].url';

/** Why a selector cannot be used, as a sentence part; null when it can. */
export function selectorFault(selector: string): string | null {
  if (isJsonPath(selector)) return pathFault(selector);
  try {
    load('')(selector);
    return null;
  } catch {
    return 'is neither a CSS selector nor a path beginning with $';
  }
}

/** Texts and numbers at a path, as text; what is missing or neither is left out, unless `any` is asked for. */
export function valuesAt(
  value: JsonValue,
  path: string,
  kind: 'scalar' | 'any' = 'scalar',
): string[] {
  let values: JsonValue[] = [value];
  for (const step of stepsOf(path) ?? []) {
    values = values.flatMap((current) => (step === 'deep' ? within(current) : at(current, step)));
  }
  return values.flatMap((found) => {
    if (typeof found === 'string') return [found];
    if (typeof found === 'number') return [String(found)];
    return kind === 'any' && found !== null ? [JSON.stringify(found)] : [];
  });
}

function at(current: JsonValue, step: Exclude<Step, 'deep'>): JsonValue[] {
  if (current === null || typeof current !== 'object') return [];
  if (step === 'each') return Object.values(current);
  if (Array.isArray(current)) {
    return 'index' in step ? current.slice(step.index, step.index + 1) : [];
  }
  if (!('key' in step) || !Object.hasOwn(current, step.key)) return [];
  const next = current[step.key];
  return next === undefined ? [] : [next];
}

/** A value and everything inside it, in the order it is written. */
function within(value: JsonValue): JsonValue[] {
  const all: JsonValue[] = [];
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    all.push(next);
    if (next !== null && typeof next === 'object') open.push(...Object.values(next).reverse());
  }
  return all;
}

/** Addresses of the elements a selector finds in a page (`href`, else `src`), and the page's base. */
export function addressesIn(
  html: string,
  selectors: readonly string[],
): { readonly addresses: string[]; readonly base: string | null } {
  const page = load(parse(html, { treeAdapter: adapter }));
  const addresses = selectors.flatMap((selector) =>
    page(selector)
      .toArray()
      .filter((element) => !/(^|\s)nofollow(\s|$)/i.test(page(element).attr('rel') ?? ''))
      .flatMap((element) => page(element).attr('href') ?? page(element).attr('src') ?? []),
  );
  return { addresses, base: page('base[href]').first().attr('href') ?? null };
}
