/**
 * Title and main text of a page, without menus, headers and advertisements, as the reader view of Firefox finds them
 * (Readability). Always in a thread: what it costs is decided by whoever wrote the page.
 */
import type { CheerioAPI } from 'cheerio/slim';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { parsePage } from './bounded-page.ts';

export interface PageText {
  /** At most 500 characters; null when the page has none. */
  readonly title: string | null;
  /** Paragraphs apart by an empty line; at most 1,000,000 characters. Null when there is no main text to be found. */
  readonly text: string | null;
}

const longestTitle = 500;
const longestText = 1_000_000;
/** Fewer than links are read of: each is looked at some ten times. */
const bounds = { nodes: 60_000, timeMs: null };

/**
 * @param html a page as text
 * @throws AppError `reading_overran`, `payload_too_complex`
 */
export const pageTextOf = defineHeavy('page.text', async (html: string): Promise<PageText> => {
  // Loaded by threads that need them alone.
  const [{ Readability }, { parseHTML }] = await Promise.all([
    import('@mozilla/readability'),
    import('linkedom/worker'),
  ]);
  // By the rules of the HTML standard, and bounded; linkedom's own parser is neither.
  const { page } = parsePage(html, bounds);
  page('script, style, template, svg, iframe').remove();
  if (isDeep(page)) {
    return { title: shortened(oneLine(page('title').first().text()), longestTitle), text: null };
  }
  const { document } = parseHTML(page.html());
  const title = document.title;
  const article = new Readability<Node>(document, {
    disableJSONLD: true,
    serializer: (node) => node,
  }).parse();
  return {
    title: shortened(oneLine(article?.title ?? '') || oneLine(title), longestTitle),
    text: article?.content ? shortened(textWithin(article.content), longestText) : null,
  };
});

/** Each element is looked at with those above it: what counts is the sum of the depths. Of real pages, some 100,000. */
const mostSteps = 1_000_000;

function isDeep(page: CheerioAPI): boolean {
  let steps = 0;
  const open = page
    .root()
    .contents()
    .toArray()
    .map((node) => ({ node, depth: 1 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    steps += depth;
    if (steps > mostSteps) return true;
    if (!('children' in node)) continue;
    for (const child of node.children) open.push({ node: child, depth: depth + 1 });
  }
  return false;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();

/** Null for nothing; no half of a pair of surrogates stays at the end. */
function shortened(text: string, most: number): string | null {
  if (text.length <= most) return text || null;
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

/** Where a new line begins, and where a new paragraph does. */
const breaks: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['BR', 'LI', 'TR', 'DT', 'DD', 'OPTION'].map((name) => [name, 1])),
  ...Object.fromEntries(
    [
      ...['P', 'DIV', 'ARTICLE', 'SECTION', 'MAIN', 'HEADER', 'FOOTER', 'ASIDE', 'NAV', 'ADDRESS'],
      ...['H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'PRE', 'HR', 'FIGURE', 'FIGCAPTION'],
      ...['UL', 'OL', 'DL', 'TABLE', 'CAPTION', 'DETAILS', 'SUMMARY', 'FORM', 'FIELDSET'],
    ].map((name) => [name, 2]),
  ),
};
const textNode = 3;

/** The text below a node as a reader sees it: blanks are one, cells are apart by a tab, PRE stays as it is. */
function textWithin(root: Node): string {
  const text = new TextLines();
  let node: Node | null = root;
  let kept = 0;
  while (node !== null) {
    if (node.nodeType === textNode) text.add(node.nodeValue ?? '', kept > 0);
    else text.breakLine(breaks[node.nodeName] ?? 0);
    if (node.nodeName === 'PRE') kept += 1;
    if (node.firstChild) {
      node = node.firstChild;
      continue;
    }
    while (node !== null) {
      if (node.nodeName === 'PRE') kept -= 1;
      if (node.nodeName === 'TD' || node.nodeName === 'TH') text.tab();
      else if (node.nodeName !== 'BR') text.breakLine(breaks[node.nodeName] ?? 0);
      if (node === root) return text.toString();
      if (node.nextSibling) {
        node = node.nextSibling;
        break;
      }
      node = node.parentNode;
    }
  }
  return text.toString();
}

class TextLines {
  readonly #parts: string[] = [];
  #lines = 0;
  #gap = '';

  add(text: string, isKept: boolean): void {
    const shown = isKept ? text : text.replaceAll(/[ \t\r\n\f]+/g, ' ');
    const words = isKept ? shown : shown.trim();
    if (words === '') {
      if (shown !== '' && this.#gap === '') this.#gap = ' ';
      return;
    }
    if (this.#parts.length > 0) {
      const isApart = !isKept && shown.startsWith(' ');
      this.#parts.push(
        this.#lines > 0 ? '\n'.repeat(this.#lines) : this.#gap || (isApart ? ' ' : ''),
      );
    }
    this.#parts.push(words);
    this.#lines = 0;
    this.#gap = !isKept && shown.endsWith(' ') ? ' ' : '';
  }

  breakLine(lines: number): void {
    this.#lines = Math.max(this.#lines, lines);
  }

  tab(): void {
    this.#gap = '\t';
  }

  toString(): string {
    return this.#parts.join('').trimEnd();
  }
}
