/**
 * The rules of a robots.txt by RFC 9309: read once, in one pass, and asked as often as there are pages. Sections are
 * those of the RFC. Pure.
 */

/** 2.5: parsers must read as much; the rest is not read. Bytes. */
export const mostRobotsBytes = 500 * 1024;

interface Rule {
  readonly allow: boolean;
  /** Between its wildcards; a pattern without any is one part. */
  readonly parts: readonly string[];
  /** It ended in `$`. */
  readonly toEnd: boolean;
  /** Octets of the pattern as compared: the longest match decides (2.2.2). */
  readonly length: number;
  /** Where its line begins. */
  readonly at: number;
}

/** What a file says of one address, and why. */
export interface RobotsDecision {
  readonly allowed: boolean;
  /** The line that decides, as it is written, and its number; null where none speaks of the address. */
  readonly rule: { readonly text: string; readonly line: number } | null;
  /** Whose rules these are: product tokens that the file names, or `*`. */
  readonly agents: readonly string[];
}

/** The rules of one list of agents. */
type Rules = Rule[];

export class RobotsRules {
  /** By product token in lower case; groups of the same token count together (2.2.1). */
  readonly #groups = new Map<string, Rules[]>();
  readonly #delays = new Map<string, number>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    let agents: string[] = [];
    let rules: Rules = [];
    // Whether a rule came since the last User-agent: then the next one begins a group.
    let hasRules = false;
    let hasDelay = false;
    for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
      const record = recordOf(line);
      if (record === null) continue;
      const { name, value } = record;
      if (name === 'user-agent') {
        if (hasRules) [agents, rules, hasRules, hasDelay] = [[], [], false, false];
        const agent = tokenOf(value);
        agents.push(agent);
        this.#addGroup(agent, rules);
      } else if (name === 'allow' || name === 'disallow') {
        hasRules = true;
        const rule = ruleOf(name === 'allow', value, index);
        if (rule) rules.push(rule);
      } else if (name === 'crawl-delay' && !hasDelay && value !== '' && Number(value) >= 0) {
        // No record of the RFC: it must not disturb the others, and ends no list of agents (2.2.4).
        hasDelay = true;
        for (const agent of agents)
          if (!this.#delays.has(agent)) this.#delays.set(agent, Number(value));
      }
    }
  }

  /** @param products tokens under which the crawler goes, in lower case */
  allows(url: string, products: readonly string[]): boolean {
    return this.#decisive(url, products)?.allow ?? true;
  }

  /** The same with the line that decides. */
  decide(url: string, products: readonly string[]): RobotsDecision {
    const rule = this.#decisive(url, products);
    const agents = this.#agentsFor(products);
    if (rule === null) return { allowed: true, rule: null, agents };
    const before = this.#text.slice(0, rule.at);
    const text = /[^\r\n]*/.exec(this.#text.slice(rule.at))?.[0].trim().slice(0, 500) ?? '';
    const line = (before.match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
    return { allowed: rule.allow, rule: { text, line }, agents };
  }

  /** The longest match, of two of one length the one that allows; null when none matches. */
  #decisive(url: string, products: readonly string[]): Rule | null {
    const { pathname, search } = new URL(url);
    if (pathname === '/robots.txt') return null;
    const path = comparable(`${pathname}${search}`).replaceAll('*', '%2A').replaceAll('$', '%24');
    let best: Rule | null = null;
    for (const agent of this.#agentsFor(products)) {
      for (const rule of this.#groups.get(agent)?.flat() ?? []) {
        const isWeaker =
          best !== null &&
          (rule.length < best.length || (rule.length === best.length && best.allow));
        if (!isWeaker && matches(rule, path)) best = rule;
      }
    }
    return best;
  }

  /** Seconds between two requests (`Crawl-delay`); null when it asks for none. */
  delayS(products: readonly string[]): number | null {
    const delays = this.#agentsFor(products).flatMap((agent) => this.#delays.get(agent) ?? []);
    return delays.length === 0 ? null : Math.max(...delays);
  }

  #addGroup(agent: string, rules: Rules): void {
    const known = this.#groups.get(agent);
    if (!known) this.#groups.set(agent, [rules]);
    // Named twice in one list, it is there once.
    else if (known.at(-1) !== rules) known.push(rules);
  }

  /** Those that name the crawler, else those for everybody. */
  #agentsFor(products: readonly string[]): readonly string[] {
    const named = products.filter((product) => this.#groups.has(product));
    return named.length > 0 ? named : ['*'];
  }
}

/** What people write for these names; Google reads them so, too, and what was meant is forbidden. */
const slips: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['dissallow', 'dissalow', 'disalow', 'diasllow', 'disallaw'].map((name) => [name, 'disallow']),
  ),
  useragent: 'user-agent',
  'user agent': 'user-agent',
};

/**
 * `name: value`, or the two with blanks between them alone; the name in lower case, without comment and byte order mark.
 * Null for any other line.
 */
function recordOf(line: string): { readonly name: string; readonly value: string } | null {
  const comment = line.indexOf('#');
  const text = comment === -1 ? line : line.slice(0, comment);
  const colon = text.indexOf(':');
  if (colon === -1) {
    const [written = '', value, ...more] = text
      .replace('\uFEFF', '')
      .trim()
      .split(/[ \t]+/, 3);
    if (value === undefined || more.length > 0) return null;
    return { name: nameOf(written), value };
  }
  const name = nameOf(text.slice(0, colon).replace('\uFEFF', '').trim());
  return { name, value: text.slice(colon + 1).trim() };
}

function nameOf(written: string): string {
  const name = written.toLowerCase();
  return Object.hasOwn(slips, name) ? (slips[name] ?? name) : name;
}

/** `Bot/1.0 (…)` → `bot`; `*` stays. */
const tokenOf = (value: string): string => value.split(/[/\s]/, 1)[0]?.toLowerCase() ?? '';

/** Null for an empty pattern, which rules nothing out. */
function ruleOf(allow: boolean, value: string, at: number): Rule | null {
  if (value === '') return null;
  const toEnd = value.endsWith('$');
  const pattern = comparable(toEnd ? value.slice(0, -1) : value);
  const length = pattern.length + (toEnd ? 1 : 0);
  return { allow, parts: pattern.split(/\*+/), toEnd, length, at };
}

/** 2.2.2: escapes of what needs none are undone, what needs one gets it, and they are in upper case. */
function comparable(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII, all of it
  const ascii = /[^\x00-\x7f]/.test(path) ? encoded(path) : path;
  if (!ascii.includes('%')) return ascii;
  return ascii.replaceAll(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : triplet.toUpperCase();
  });
}

const encoded = (path: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: beyond ASCII
  path.toWellFormed().replaceAll(/[^\x00-\x7f]+/g, (letters) => encodeURIComponent(letters));

/** The parts one after the other, each at its first place: the path is read once. */
function matches({ parts, toEnd }: Rule, path: string): boolean {
  const [first = '', ...others] = parts;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  const last = others.pop();
  if (last === undefined) return !toEnd || at === path.length;
  for (const part of others) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  if (!toEnd) return path.indexOf(last, at) !== -1;
  return path.length - last.length >= at && path.endsWith(last);
}

/**
 * The product tokens of a User-Agent header, in lower case: `Mozilla/5.0 (compatible; Bot/1.0; +https://…)` goes
 * under `mozilla` and `bot`, and is bound by what a site says to either.
 */
export function productsOf(userAgent: string): string[] {
  const words = userAgent
    .slice(0, 1000)
    .replaceAll(/\S*:\/\/\S*|\S+@\S+/g, ' ')
    .match(/[A-Za-z_-][\w-]*/g);
  return [...new Set((words ?? []).map((word) => word.toLowerCase()))].filter(
    (word) => word !== 'compatible',
  );
}
