/**
 * Pages parsed as the HTML standard says, within bounds that make its cost linear: the standard's own algorithm walks
 * the open elements for each tag, and copies formatting elements into each block. Browsers bound the depth too
 * (Chromium at 512), by making the deepest elements siblings.
 */
import { type CheerioAPI, load } from 'cheerio/slim';
import { html as names, Parser, type Token, type TreeAdapter } from 'parse5';
import { adapter, type Htmlparser2TreeAdapterMap } from 'parse5-htmlparser2-tree-adapter';

/** Elements inside one another. */
const deepest = 256;
/** Formatting elements that are open, and marks between them; a block gets a copy of each. */
const mostFormatting = 64;
/** Of one tag; comparing each with all before it is what it costs to find repeats. */
const mostAttributes = 500;

export interface PageBounds {
  /** Elements, texts and comments. */
  readonly nodes: number;
  /** Null = whoever parses is ended from outside. */
  readonly timeMs: number | null;
}

/** In a thread: some 150 MB. */
export const threadPage: PageBounds = { nodes: 300_000, timeMs: null };
/** On the event loop. */
export const quickPage: PageBounds = { nodes: 20_000, timeMs: 25 };

/** A page on the event loop turned out to be more than that. */
export class PageTooHeavy extends Error {
  override readonly name = 'PageTooHeavy';
}

/** Ends the parsing where the bounds are: what has been read by then is what there is of the page. */
class AtBounds extends Error {
  override readonly name = 'AtBounds';
}

export interface BoundedPage {
  readonly page: CheerioAPI;
  /** Not read to its end. */
  readonly isCut: boolean;
}

/** @throws PageTooHeavy beyond bounds that have a time */
export function parsePage(html: string, bounds: PageBounds): BoundedPage {
  // Nothing runs scripts here: what stands in `<noscript>` is part of the page.
  const parser = new BoundedParser({
    treeAdapter: countingAdapter(bounds),
    scriptingEnabled: false,
  });
  let isCut = false;
  try {
    parser.tokenizer.write(html, true);
  } catch (error) {
    if (!(error instanceof AtBounds)) throw error;
    if (bounds.timeMs !== null) throw new PageTooHeavy('the page is too heavy for the event loop');
    isCut = true;
  }
  return { page: load(parser.document), isCut };
}

class BoundedParser extends Parser<Htmlparser2TreeAdapterMap> {
  constructor(options: ConstructorParameters<typeof Parser<Htmlparser2TreeAdapterMap>>[0]) {
    super(options);
    // Private by its types alone; the version is pinned, and a test holds what this does.
    const tokenizer = this.tokenizer as unknown as {
      currentToken: { readonly attrs?: readonly unknown[] } | null;
      _leaveAttrName(): void;
    };
    const leave = tokenizer._leaveAttrName.bind(tokenizer);
    tokenizer._leaveAttrName = () => {
      if ((tokenizer.currentToken?.attrs?.length ?? 0) < mostAttributes) leave();
    };
  }

  /** Beyond the depth an element is put into the tree and left again at once. */
  override onStartTag(token: Token.TagToken): void {
    super.onStartTag(token);
    // Scripts and the like are left by their end tag alone, and hold no elements.
    while (this.openElements.stackTop > deepest && !holdsText.has(this.openElements.currentTagId)) {
      const { current } = this.openElements;
      const { entries } = this.activeFormattingElements;
      const entry = entries.findIndex((one) => 'element' in one && one.element === current);
      if (entry !== -1) entries.splice(entry, 1);
      this.openElements.pop();
    }
    // The oldest is the last of either list.
    const { entries } = this.activeFormattingElements;
    if (entries.length > mostFormatting) entries.length = mostFormatting;
    if (this.tmplInsertionModeStack.length > deepest) this.tmplInsertionModeStack.length = deepest;
  }
}

const { TAG_ID } = names;
const holdsText: ReadonlySet<number | undefined> = new Set<number>([
  TAG_ID.SCRIPT,
  TAG_ID.STYLE,
  TAG_ID.TEXTAREA,
  TAG_ID.TITLE,
  TAG_ID.XMP,
  TAG_ID.IFRAME,
  TAG_ID.NOEMBED,
  TAG_ID.NOFRAMES,
  TAG_ID.PLAINTEXT,
]);

const nodesBetweenLooks = 64;

function countingAdapter({ nodes, timeMs }: PageBounds): TreeAdapter<Htmlparser2TreeAdapterMap> {
  const begin = process.threadCpuUsage();
  // Of this thread's own work: on a busy machine the clock says little of the page.
  const isLate = () => {
    if (timeMs === null) return false;
    const { user, system } = process.threadCpuUsage(begin);
    return user + system > timeMs * 1000;
  };
  let made = 0;
  const count = () => {
    made += 1;
    if (made > nodes || (made % nodesBetweenLooks === 0 && isLate())) throw new AtBounds();
  };
  return {
    ...adapter,
    createElement(...args) {
      count();
      return adapter.createElement(...args);
    },
    createCommentNode(data) {
      count();
      return adapter.createCommentNode(data);
    },
    insertText(...args) {
      count();
      adapter.insertText(...args);
    },
    insertTextBefore(...args) {
      count();
      adapter.insertTextBefore(...args);
    },
  };
}

const quickLength = 64 * 1024;
/** Characters of one tag: parsing one is not interrupted. */
const quickTag = 4 * 1024;

/** Whether a text may be tried on the event loop as a page; said without parsing it. */
export function mayBeQuick(text: string): boolean {
  if (text.length > quickLength) return false;
  for (let at = text.indexOf('<'); at !== -1; ) {
    const end = text.indexOf('>', at);
    if ((end === -1 ? text.length : end) - at > quickTag) return false;
    if (end === -1) return true;
    at = text.indexOf('<', end);
  }
  return true;
}
