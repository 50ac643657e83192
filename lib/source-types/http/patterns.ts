/**
 * Which addresses a person means: by the beginning of their path, with `*` for any characters, or by a regular
 * expression. None takes long, whatever the address: expressions that may are matched by RE2, in linear time.
 */
import { RE2JS } from 're2js';
import { spendOnEventLoop } from '../web/selector.ts';

/** Addresses are compared as far as this, in characters. */
const longestCompared = 500;

export type Matcher = (url: URL) => boolean;

/** Why a pattern cannot be used, as a sentence part; null when it can. */
export function patternFault(pattern: string): string | null {
  const expression = expressionIn(pattern);
  if (expression === null) {
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(pattern) && !/^https?:\/\//i.test(pattern)
      ? 'give the path of http or https addresses'
      : null;
  }
  if (quickExpression(expression) !== null) return null;
  const linear = linearExpression(expression);
  if (linear === null) {
    return 'is not a regular expression of RE2, which has no look-arounds and no references back';
  }
  return linear.programSize() > mostInstructions
    ? 'is too large: give several patterns, or smaller numbers of repeats'
    : null;
}

/** `re:^/a` is an expression, `/a/*.html` a glob, `/a/` a beginning; with `https://` the whole address is meant. */
export function matcherOf(pattern: string): Matcher {
  const expression = expressionIn(pattern);
  if (expression !== null) {
    const quick = quickExpression(expression);
    if (quick !== null) return (url) => quick.test(pathOf(url));
    const linear = linearExpression(expression);
    // Settings of another version may hold what this one refuses.
    if (linear === null) return () => false;
    const instructions = linear.programSize();
    return (url) => {
      const path = pathOf(url);
      spendOnEventLoop(instructions * path.length);
      return linear.matcher(path).find();
    };
  }
  const isWhole = /^https?:\/\//i.test(pattern);
  const rooted = isWhole || /^[/*?]/.test(pattern) ? pattern : `/${pattern}`;
  const parts = (isWhole ? normalWhole(rooted) : rooted).split(/\*+/);
  const [first = ''] = parts;
  if (parts.length === 1) return (url) => textOf(url, isWhole).startsWith(first);
  return (url) => {
    const text = textOf(url, isWhole);
    // `*.html` means pages with a query too.
    return fits(parts, text) || fits(parts, text.split('?', 1)[0] ?? text);
  };
}

const expressionIn = (pattern: string): string | null =>
  pattern.startsWith('re:') ? pattern.slice(3) : null;

/** The host in lower case, as addresses have it. */
const normalWhole = (pattern: string): string =>
  pattern.replace(/^https?:\/\/[^/]*/i, (origin) => origin.toLowerCase());

const pathOf = ({ pathname, search }: URL): string =>
  `${pathname}${search}`.slice(0, longestCompared);

const textOf = (url: URL, isWhole: boolean): string =>
  isWhole ? url.href.slice(0, longestCompared) : pathOf(url);

/** The parts one after the other, each at its first place: the text is read once. */
function fits(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Of a compiled expression; with the longest address, some 20 ms for one match at the worst. */
const mostInstructions = 500;

/** By the engine that is at hand, where it is quick for sure; else null. */
function quickExpression(expression: string): RegExp | null {
  if (mayTakeLong(expression)) return null;
  try {
    return new RegExp(expression, 'u');
  } catch {
    return null;
  }
}

/** By RE2: https://github.com/google/re2/wiki/Syntax; null for what is none. */
function linearExpression(expression: string): RE2JS | null {
  try {
    return RE2JS.compile(expression);
  } catch {
    return null;
  }
}

/** Together with an open beginning: the square of an address is what a match may cost. */
const mostUnbounded = 2;
/** Ways through what is optional or has alternatives. */
const mostWays = 256;

interface Group {
  hasQuantifier: boolean;
  branches: number;
}

/**
 * Whether an expression may take long where every way is tried. Its ways multiply where a repeated group has choices of
 * its own, and its steps with each repeat without an end.
 */
function mayTakeLong(expression: string): boolean {
  if (/\\[1-9k]|\(\?(?!:)/.test(expression)) return true;
  const open: Group[] = [{ hasQuantifier: false, branches: 1 }];
  let closed: Group | null = null;
  let unbounded = expression.startsWith('^') ? 0 : 1;
  let ways = 1;
  // Escapes and classes are one character each.
  const token = /\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|[()|]|[*+?]\??|\{\d+(,\d*)?\}\??|[\s\S]/gu;
  for (const [text] of expression.matchAll(token)) {
    const group = open.at(-1);
    const before = closed;
    closed = null;
    if (text === '(' || text === '(?:') open.push({ hasQuantifier: false, branches: 1 });
    else if (text === '|' && group) group.branches += 1;
    else if (text === ')' && open.length > 1) {
      closed = open.pop() ?? null;
      ways *= closed?.branches ?? 1;
      const outer = open.at(-1);
      if (outer && closed?.hasQuantifier) outer.hasQuantifier = true;
    } else if (/^[*+?{]/.test(text) && text !== '{') {
      const isOptional = text.startsWith('?');
      const isEndless = /^[*+]|,\}/.test(text);
      if (before && !isOptional && (before.hasQuantifier || before.branches > 1)) {
        return true;
      }
      if (isEndless) unbounded += 1;
      else if (isOptional || text.includes(',')) ways *= 2;
      if (group) group.hasQuantifier = true;
    }
  }
  ways *= open[0]?.branches ?? 1;
  return unbounded > mostUnbounded || ways > mostWays;
}
