/**
 * The content of the test wiki, made by rule and without chance, so that every run crawls the same
 * wiki. It holds what a crawler gets wrong: a page with more than 500 links, redirects of every
 * kind, missing pages, titles of many scripts, namespaces, pages nothing links to, pages reachable
 * only through a template or a redirect, and titles that differ by case or accent alone.
 */

export interface WikiPage {
  /** With its namespace's prefix and with blanks, as people write it. */
  readonly title: string;
  readonly namespace: number;
  readonly text: string;
}

export interface WikiShape {
  /** Pages of the main namespace that are not redirects; at least 120. */
  readonly pages: number;
  /** Different links on one page; what existing pages cannot fill is filled with missing ones. */
  readonly hubLinks: number;
  /** Words of prose on each article. */
  readonly words: number;
}

export const defaultShape: WikiShape = { pages: 320, hubLinks: 520, words: 40 };
/** As a wiki that people write in: more links on a page than two answers hold, articles of some 4 kB. */
export const largeShape: WikiShape = { pages: 3020, hubLinks: 1250, words: 600 };

/** The page everything is reached from. */
export const seedTitle = 'Atlas';
/** Links of the chain page by page; `Deep 1` is one hop from the seed. */
const chainLength = 8;

/** Titles that trip naive escaping, file names and keys. None is longer than MediaWiki's 255 bytes. */
export const awkwardTitles: readonly string[] = [
  'AC/DC',
  'C++',
  '"Quoted" (film)',
  "What's up, Doc?",
  'Ampersand & Sons',
  'A=B+C; D',
  '100% pure',
  '$100,000 question!',
  'Back\\slash',
  'Star* & Co.',
  '@home',
  '.htaccess',
  'Con',
  'Trailing dot.',
  "'; DROP TABLE page; --",
  'Mission: Impossible',
  'Case Test',
  'Case test',
  'Émile',
  'Emile',
  'Étoile',
  'Ångström',
  'Straße',
  'İstanbul',
  'Звёздные войны',
  'Πόλεμος των άστρων',
  'スター・ウォーズ',
  '星球大战',
  '스타워즈',
  'حرب النجوم',
  'מלחמת הכוכבים',
  'स्टार वॉर्स',
  'สตาร์ วอร์ส',
  '🚀 Launch',
  '銀河'.repeat(42),
];

/** Every page of the wiki. Titles are unique; the order does not matter to the import. */
export function wikiPages(shape: WikiShape = defaultShape): WikiPage[] {
  const special = [...specialPages(), ...chain(), ...awkwardTitles.map(awkwardPage)];
  const redirects = redirectPages();
  const articleCount = shape.pages - special.length - islands.length - 2;
  if (articleCount < 20)
    throw new RangeError(`a wiki of ${shape.pages} pages is too small; ask for 120 or more`);
  const articles = Array.from({ length: articleCount }, (_, n) =>
    article(n, articleCount, shape.words),
  );
  return [
    page(seedTitle, seedText(redirects.map((one) => one.title))),
    hub(
      articles.map((one) => one.title),
      shape.hubLinks,
    ),
    ...articles,
    ...special,
    ...islands,
    ...redirects,
    ...otherNamespaces(),
  ];
}

function page(title: string, text: string, namespace = 0): WikiPage {
  return { title, namespace, text };
}

function redirect(title: string, target: string): WikiPage {
  return page(title, `#REDIRECT [[${target}]]`);
}

const articleTitle = (n: number) => `Article ${String(n + 1).padStart(4, '0')}`;
const links = (titles: readonly string[]) => titles.map((title) => `* [[:${title}]]`).join('\n');

function seedText(redirects: readonly string[]): string {
  const linked = redirects.filter(
    (title) => title !== 'Unlinked redirect' && title !== 'Middle name',
  );
  return [
    'The way in. Everything reachable is reached from here.',
    links(['Index of everything', 'Deep 1', 'By template only', ...awkwardTitles, ...linked]),
    // The same pages written in other ways; all must come out as one item each.
    '[[article_0001|with an underscore]], [[Article 0002#History|with a section]], [[ Article  0003 ]],',
    '[[Atlas]] (itself), [[:Category:Group 1]], [[Help:Contents]], [[Talk:Atlas]], [https://example.org/ outside].',
    '{{Navigation}}',
    '[[Category:Group 1]]',
  ].join('\n\n');
}

function hub(articles: readonly string[], count: number): WikiPage {
  const missing = Array.from(
    { length: Math.max(0, count - articles.length) },
    (_, n) => `Missing ${n + 1}`,
  );
  return page(
    'Index of everything',
    `Everything there is.\n\n${links([...articles, ...missing].slice(0, count))}`,
  );
}

/** Each article links three others by fixed steps, so the graph is dense and full of cycles. */
function article(n: number, count: number, words: number): WikiPage {
  const others = [n + 1, n * 7 + 3, n * 13 + 5].map((step) => articleTitle(step % count));
  const extra = n % 10 === 0 ? [`Missing near ${n}`] : [];
  const text = [
    `'''${articleTitle(n)}''' is page ${n + 1} of ${count}.`,
    prose(n, words),
    links([...others, ...extra]),
    `[[Category:Group ${n % 10}]]`,
  ];
  return page(articleTitle(n), text.join('\n\n'));
}

const vocabulary =
  'the of a and to in was by from with after moon desert ship council order empire senate pilot trade route war treaty planet city tower archive droid engine signal border colony harbour market storm river mountain valley season harvest library scholar captain crew cargo battle victory defeat alliance rebellion throne heir prophecy temple crystal shadow light balance force journey return exile memory legend song name people language custom border'.split(
    ' ',
  );

/** Words in an order that differs from page to page, so that it packs as prose does. */
function prose(n: number, words: number): string {
  let state = n + 1;
  const next = () => {
    // A linear congruential generator, as in the C library.
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return vocabulary[(state >> 8) % vocabulary.length];
  };
  return Array.from({ length: words }, next).join(' ');
}

function awkwardPage(title: string, n: number): WikiPage {
  return page(title, `A page with a difficult name.\n\n${links([seedTitle, articleTitle(n)])}`);
}

function chain(): WikiPage[] {
  return Array.from({ length: chainLength }, (_, n) =>
    page(`Deep ${n + 1}`, n + 1 < chainLength ? links([`Deep ${n + 2}`]) : 'The end of the chain.'),
  );
}

function specialPages(): WikiPage[] {
  return [
    page('By template only', 'Linked by a template alone.'),
    page('Behind a redirect', 'Nothing but a redirect links here.'),
    page('Behind two redirects', 'Nothing but a double redirect links here.'),
    page('Behind the help', 'Nothing of this namespace links here.'),
    page('Without links', 'A dead end.'),
    page('Empty page', ''),
    page('Long page', 'Much to read. '.repeat(20_000)),
  ];
}

/** They link out, and to each other, but nothing that can be reached links to them. */
const islands: readonly WikiPage[] = Array.from({ length: 6 }, (_, n) =>
  page(`Island ${n + 1}`, links([seedTitle, `Island ${((n + 1) % 6) + 1}`])),
);

function redirectPages(): WikiPage[] {
  return [
    redirect('First article', 'Article 0001'),
    redirect('Article one', 'Article 0001'),
    redirect('To a section', 'Article 0002#History'),
    redirect('To a hidden page', 'Behind a redirect'),
    redirect('Old name', 'Middle name'),
    redirect('Middle name', 'Behind two redirects'),
    redirect('To a missing page', 'Missing behind a redirect'),
    redirect('To another namespace', 'Help:Contents'),
    redirect('To the seed', seedTitle),
    redirect('Without_links alias', 'Without links'),
    redirect('To an empty page', 'Empty page'),
    redirect('To a long page', 'Long page'),
    redirect('Circle one', 'Circle two'),
    redirect('Circle two', 'Circle one'),
    redirect('Onto itself', 'Onto itself'),
    redirect('ستار', '星球大战'),
    redirect('Unlinked redirect', 'Island 1'),
  ];
}

function otherNamespaces(): WikiPage[] {
  return [
    page(
      'Template:Navigation',
      links(['By template only', seedTitle, 'Missing from a template']),
      10,
    ),
    page('Help:Contents', 'Help.\n\n[[Behind the help]]', 12),
    page('Talk:Atlas', 'Talk.\n\n[[Island 3]]', 1),
    page('User:Tester', '[[Island 4]]', 2),
    ...Array.from({ length: 10 }, (_, n) =>
      page(`Category:Group ${n}`, `Group ${n}.\n\n[[Island 5]]`, 14),
    ),
  ];
}
