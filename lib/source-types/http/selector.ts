/** Finding links: CSS selectors in pages, simple paths (`$.items[*].url`) in JSON. */
import { load } from 'cheerio';
import type { JsonValue } from '#lib/json.ts';

type Step = { readonly key: string } | { readonly index: number } | 'each';

export const isJsonPath = (selector: string): boolean => selector.startsWith('$');

/** Steps of `$.a.b[0]['c d'][*].e`; null when it cannot be read. */
function stepsOf(path: string): Step[] | null {
  const steps: Step[] = [];
  const pattern = /\.(\*|[A-Za-z_][\w-]*)|\[(\*|\d+)\]|\[(['"])(.*?)\3\]/y;
  pattern.lastIndex = 1;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return null;
    const [, name, index, , quoted] = match;
    if (name === '*' || index === '*') steps.push('each');
    else if (name !== undefined) steps.push({ key: name });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ key: quoted ?? '' });
  }
  return steps;
}

/** Why a selector cannot be used, as a sentence part; null when it can. */
export function selectorFault(selector: string): string | null {
  if (isJsonPath(selector)) {
    return stepsOf(selector) ? null : 'give a path such as $.items[*].url';
  }
  try {
    load('')(selector);
    return null;
  } catch {
    return 'is neither a CSS selector nor a path beginning with $';
  }
}

/** Texts at a path; what is missing or not text is left out. */
export function textsAt(value: JsonValue, path: string): string[] {
  let values: JsonValue[] = [value];
  for (const step of stepsOf(path) ?? []) {
    values = values.flatMap((current): JsonValue[] => {
      if (current === null || typeof current !== 'object') return [];
      if (step === 'each') return Object.values(current);
      if (Array.isArray(current))
        return 'index' in step ? current.slice(step.index, step.index + 1) : [];
      if (!('key' in step) || !Object.hasOwn(current, step.key)) return [];
      const next = current[step.key];
      return next === undefined ? [] : [next];
    });
  }
  return values.filter((found) => typeof found === 'string');
}

/** Addresses of the elements a selector finds in a page (`href`, else `src`), and the page's base. */
export function addressesIn(
  html: string,
  selectors: readonly string[],
): { readonly addresses: string[]; readonly base: string | null } {
  const page = load(html);
  const addresses = selectors.flatMap((selector) =>
    page(selector)
      .toArray()
      .filter((element) => !/(^|\s)nofollow(\s|$)/i.test(page(element).attr('rel') ?? ''))
      .flatMap((element) => page(element).attr('href') ?? page(element).attr('src') ?? []),
  );
  return { addresses, base: page('base[href]').first().attr('href') ?? null };
}
