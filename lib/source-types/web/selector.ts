/** Finding things in responses: CSS selectors in pages, simple paths (`$.items[*].url`, `$..href`) in JSON. */
// Without its loaders for addresses and files: they bring a second HTTP client and every character set.
import { load } from 'cheerio/slim';
import { type WrittenJson, WrittenNumber, type WrittenObject } from '#lib/json.ts';
import {
  type BoundedPage,
  mayBeQuick,
  PageTooHeavy,
  parsePage,
  quickPage,
  threadPage,
} from './bounded-page.ts';

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

/** Paths of settings: there are few, and each is asked for with every answer. */
const stepsByPath = new Map<string, readonly Step[]>();
const mostPaths = 1_000;

function knownSteps(path: string): readonly Step[] {
  let steps = stepsByPath.get(path);
  if (steps === undefined) {
    steps = stepsOf(path) ?? [];
    if (stepsByPath.size >= mostPaths) stepsByPath.clear();
    stepsByPath.set(path, steps);
  }
  return steps;
}

/** As many as a sitemap may list. */
export const mostValues = 50_000;

/** Whatever is at a path, in the order it is written. */
export function nodesAt(value: WrittenJson, path: string): WrittenJson[] {
  let values: WrittenJson[] = [value];
  for (const step of knownSteps(path)) {
    values = values.flatMap((current) => (step === 'deep' ? within(current) : at(current, step)));
  }
  return values;
}

/** The entries themselves, whether the path names the list or each of them. */
export function rowsAt(payload: WrittenJson, path: string): WrittenJson[] {
  const nodes = nodesAt(payload, path);
  const [only] = nodes;
  const list = nodes.length === 1 && Array.isArray(only) ? only : nodes;
  // PHP writes a list of nothing as an object of nothing, where it writes others by their keys.
  const isNothing =
    list === nodes &&
    nodes.length === 1 &&
    only !== undefined &&
    isContainer(only) &&
    Object.keys(only).length === 0;
  return isNothing ? [] : list.filter((row) => row !== null);
}

/** Texts and numbers at a path, as they are written; what is missing or neither is left out, unless `any` is asked for. */
export function valuesAt(
  value: WrittenJson,
  path: string,
  kind: 'scalar' | 'any' = 'scalar',
): string[] {
  const found: string[] = [];
  for (const one of nodesAt(value, path)) {
    if (found.length === mostValues) break;
    if (typeof one === 'string') found.push(one);
    else if (typeof one === 'number' || one instanceof WrittenNumber) found.push(String(one));
    else if (kind === 'any' && one !== null) found.push(JSON.stringify(one));
  }
  return found;
}

function at(current: WrittenJson, step: Exclude<Step, 'deep'>): WrittenJson[] {
  if (!isContainer(current)) return [];
  if (step === 'each') return Object.values(current);
  if (Array.isArray(current)) {
    return 'index' in step ? current.slice(step.index, step.index + 1) : [];
  }
  if (!('key' in step) || !Object.hasOwn(current, step.key)) return [];
  const next = current[step.key];
  return next === undefined ? [] : [next];
}

const isContainer = (value: WrittenJson): value is WrittenJson[] | WrittenObject =>
  typeof value === 'object' && value !== null && !(value instanceof WrittenNumber);

/** A value and everything inside it, in the order it is written. */
function within(value: WrittenJson): WrittenJson[] {
  const all: WrittenJson[] = [];
  const open: WrittenJson[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    all.push(next);
    if (!isContainer(next)) continue;
    for (const inner of Object.values(next).reverse()) open.push(inner);
  }
  return all;
}

/** Links of one page; beyond that it is no page but a dump of a database. */
const mostLinks = 20_000;

const mostMetas = 1_000;

interface PageLinks {
  readonly addresses: string[];
  readonly base: string | null;
  /** It holds more links than these. */
  readonly isFull: boolean;
  /** It was not read to its end. */
  readonly isCut: boolean;
  /** Attributes of its `<meta>` elements. */
  readonly metas: readonly Readonly<Record<string, string>>[];
}

let bounds = threadPage;

/**
 * Runs work that reads pages where the event loop runs: pages are held to what takes a moment.
 * @throws PageTooHeavy when one does not; the work is to be done in a thread then
 */
export function onEventLoop<T>(work: () => T): T {
  bounds = quickPage;
  spent = 0;
  try {
    return work();
  } finally {
    bounds = threadPage;
  }
}

let spent = 0;
/** Instructions of regular expressions times characters: some 25 ms. */
const mostSpent = 250_000;

/**
 * Counts what is done beside the reading of pages.
 * @throws PageTooHeavy when it is more than the event loop has time for
 */
export function spendOnEventLoop(steps: number): void {
  if (bounds.timeMs === null) return;
  spent += steps;
  if (spent > mostSpent) throw new PageTooHeavy('the rules are too much for the event loop');
}

/** One step down, or children of children: whatever else a selector asks may cost far more than the page is long. */
const quickSelector = /^[^\s>+~:]+(?:\s[^\s>+~:]+|(?:\s*>\s*[^\s>+~:]+)*)$/;

/**
 * Addresses of the elements that selectors find in a page (`href`, else `src`), and the page's base; of a page
 * beyond the bounds, those of its beginning.
 */
export function addressesIn(html: string, selectors: readonly string[]): PageLinks {
  if (bounds === quickPage && !selectors.every(isQuick)) throw tooHeavy();
  const { page, isCut } = pageIn(html);
  const addresses: string[] = [];
  let isFull = false;
  for (const selector of selectors) {
    for (const element of page(selector).toArray()) {
      isFull = addresses.length === mostLinks;
      if (isFull) break;
      const { rel = '', href, src } = page(element).attr() ?? {};
      const address = href ?? src;
      if (address !== undefined && !/(^|\s)nofollow(\s|$)/i.test(rel)) addresses.push(address);
    }
  }
  const metas = page('meta[content]')
    .toArray()
    .slice(0, mostMetas)
    .map((element) => page(element).attr() ?? {});
  const base = page('base[href]').first().attr('href') ?? null;
  return { addresses, base, metas, isFull, isCut };
}

/** A page as far as the bounds reach. Throws PageTooHeavy on the event loop. */
export function pageIn(html: string): BoundedPage {
  if (bounds === quickPage && !mayBeQuick(html)) throw tooHeavy();
  return parsePage(
    /^\s*(<\?xml|<!doctype\s[^>]*xhtml|<html\s[^>]*xhtml)/i.test(html.slice(0, 1000))
      ? withEndTags(html)
      : html,
    bounds,
  );
}

/** What holds text alone, and is left by its end tag alone where it is read as HTML. */
const emptyElements =
  /<(script|style|title|textarea|iframe|noembed|noframes|noscript|xmp)((?:\s[^<>]*)?)\/>/gi;

/** In XHTML an element may be empty by its start tag; as HTML that would hide all that follows. */
const withEndTags = (xhtml: string): string => xhtml.replaceAll(emptyElements, '<$1$2></$1>');

const tooHeavy = () => new PageTooHeavy('the page may be too heavy for the event loop');

/** What stands in brackets is compared with one element alone. */
const isQuick = (selector: string): boolean =>
  quickSelector.test(selector.replaceAll(/\[[^\]]*\]/g, '[]').trim());
