/** Inputs of the shapes that parsers are known to choke on, of any size. */

const repeated = (unit: string) => (bytes: number) =>
  unit.repeat(Math.max(1, Math.floor(bytes / unit.length))).slice(0, bytes);

/** As many distinct units as fit; each is made from its number. */
const numbered =
  (before: string, unit: (at: number) => string, after = '') =>
  (bytes: number) => {
    const units = [before];
    let length = before.length + after.length;
    for (let at = 0; length < bytes; at += 1) {
      const one = unit(at);
      units.push(one);
      length += one.length;
    }
    return units.join('') + after;
  };

const around = (before: string, unit: string, after: string) => (bytes: number) =>
  before + repeated(unit)(Math.max(1, bytes - before.length - after.length)) + after;

const nested = (open: string, close: string) => (bytes: number) => {
  const times = Math.max(1, Math.floor(bytes / (open.length + close.length)));
  return open.repeat(times) + close.repeat(times);
};

type Make = (bytes: number) => string;
type Shapes = Readonly<Record<string, Make>>;

const markup: Shapes = {
  'nested div': repeated('<div>'),
  'closed p in div': nested('<div>', '</p>'),
  'nested tables': repeated('<table><tr><td>'),
  'formatting in blocks': numbered('', (at) => `<p><b id=${at}>`),
  'nested formatting': numbered('', (at) => `<font id=${at}>`),
  templates: repeated('<template>'),
  links: numbered('', (at) => `<a href=/${at}>`),
  'links in links': repeated('<a href=x><p>'),
  attributes: numbered('<a ', (at) => `a${at} `, 'href=x>'),
  'one attribute': around('<a href="', 'x', '">'),
  'open angles': repeated('<'),
  comments: repeated('<!--'),
  'rel=': repeated('rel='),
  'rel="canonical': repeated('<link rel="canonical" href=/x '),
  entities: repeated('&amp'),
  foreign: repeated('<svg><math><mi>'),
  blanks: repeated(' '),
};

const data: Shapes = {
  'empty objects': around('[', '{},', '{}]'),
  'nested lists': nested('[', ']'),
  'nested objects': nested('{"a":', '}'),
  'open lists': repeated('['),
  'one string': around('"', 'x', '"'),
  escapes: around('"', '\\u0041', '"'),
  numbers: around('[', '1e400,', '0]'),
  'distinct keys': numbered('{"a":0', (at) => `,"k${at}":0`, '}'),
  'same key': around('{"a":0', ',"a":0', '}'),
  addresses: numbered('[{"url":"/"}', (at) => `,{"url":"/${at}"}`, ']'),
};

const lists: Shapes = {
  rows: numbered('[{"id":0}', (at) => `,{"id":${at},"next":"/${at}"}`, ']'),
  'same row': around('[{"id":1}', ',{"id":1}', ']'),
  cursors: numbered('{"a":[{}', (at) => `,{"cursor":"${at}"}`, ']}'),
};

export const shapes: Readonly<Record<string, Shapes>> = {
  html: markup,
  json: data,
  text: { ...markup, 'high bytes': repeated('\u00e9') },
  'page text': markup,
  api: { ...data, ...lists },
  // What is the same however a list is paged is in those above.
  'other pagings': lists,
  'JSON Lines': {
    rows: numbered('', (at) => `{"id":${at}}\n`),
    'empty lines': repeated('\n'),
    separators: repeated('\x1e1\n'),
    'one line': around('{"id":"', 'x', '"}'),
    'nested lines': repeated(`${'['.repeat(300)}${']'.repeat(300)}\n`),
    'small numbers': repeated('1\n'),
  },
  canonicals: {
    ...markup,
    'canonical links': numbered('<head>', (at) => `<link rel=canonical href=/${at}>`),
    words: numbered('<p>', (at) => `word${at} `),
  },
  charsets: {
    'high bytes': repeated('\u00e9'),
    escapes: repeated('\x1b$B'),
    pairs: repeated('\x81\x30\x81\x30'),
    halves: repeated('\xd8\x00'),
    text: repeated('text '),
  },
  scrubbing: {
    secrets: repeated('s3cr3t/with"quotes'),
    zeros: repeated('0'),
    beginnings: repeated('s3cr3t/with"quote'),
    escapes: repeated('%7'),
    entities: repeated('&lt;&amp;%7'),
  },
  'site rules': {
    letters: repeated('/abz'),
    dates: numbered('/', (at) => `${1900 + (at % 300)}/12/31/`),
    parameters: numbered('/?', (at) => `&a[${at}]=1`),
    stars: repeated('/*a'),
    groups: around('re:', '(a*)*', ''),
    counts: around('re:', 'a{999}', ''),
    classes: around('re:', '[a-z\\d]+', ''),
  },
  selectors: {
    steps: repeated('.a'),
    deep: repeated('..a'),
    brackets: repeated("['a']"),
    'open brackets': repeated('['),
    not: repeated(':not('),
    children: repeated('a > '),
    ranges: repeated('{1..9}'),
    'large ranges': repeated('{1..999999999}'),
    lists: repeated('{a,b}'),
  },
  parameters: {
    ...data,
    form: numbered('', (at) => `&a${at}=1`),
    ampersands: repeated('&'),
    percents: repeated('%'),
  },
  cookies: {
    cookies: numbered('', (at) => `c${at}=1\n`),
    attributes: around('a=b', '; a=b', ''),
    semicolons: repeated(';'),
    domains: around('a=b; domain=', 'a.', ''),
    dates: around('a=b; expires=', '9', ''),
  },
  directives: {
    commas: repeated(','),
    agents: repeated('a: nofollow, '),
    semicolons: repeated(';'),
    blanks: around('0', ' ', ';url=x'),
    urls: repeated('0;url='),
    quotes: around("0;url='", "'", 'x'),
    digits: repeated('9'),
    types: around('text/html', ' ', ';'),
  },
  sitemap: {
    'nested tags': repeated('<urlset>'),
    'nested in urlset': around('<urlset>', '<a>', ''),
    pages: numbered(
      '<urlset>',
      (at) => `<url><loc>http://hostile.test/${at}</loc></url>`,
      '</urlset>',
    ),
    lines: numbered('', (at) => `http://hostile.test/${at}\n`),
    'blank lines': repeated('\n'),
    'sitemap lines': repeated('sitemap:a\n'),
    'open angles': around('<?xml version="1.0"?>', '<', ''),
    entities: around('<urlset><url><loc>', '&amp;', '</loc></url></urlset>'),
    doctype: around('<!DOCTYPE a [', '<!ENTITY a "b">', ']><urlset>'),
  },
  feed: {
    'nested tags': repeated('<rss>'),
    'nested in an entry': around('<rss><channel><item><description>', '<a>', ''),
    'nested in a title': around('<rss><channel><item><title><![CDATA[', '<b>', ''),
    'closed in an entry': around('<rss><channel><item><description>', '<a><b></c>', ''),
    entries: numbered('<rss><channel>', (at) => `<item><link>/${at}</link></item>`),
    'same entries': repeated('<rss><channel><item><guid>1</guid></item>'),
    namespaces: numbered('<rss ', (at) => `xmlns:n${at}="a" `, '><channel>'),
    scopes: repeated('<a xmlns:b="c"></a>'),
    attributes: numbered('<rss><channel><item><description><a ', (at) => `a${at}="" `, '>'),
    categories: repeated('<rss><channel><item><category>a</category>'),
    'open angles': around('<rss>', '<', ''),
    entities: around('<rss><channel><item><description>', '&amp;', ''),
    doctype: around('<!DOCTYPE a [', '<!ENTITY a "b">', ']><rss>'),
    blanks: around('<rss><channel><item><title>', ' ', ''),
    'JSON entries': numbered(
      '{"version":"https://jsonfeed.org/version/1","items":[{}',
      (at) => `,{"id":${at}}`,
      ']}',
    ),
    ...data,
  },
  wiki: {
    ...data,
    links: numbered(
      '{"query":{"pages":[{"title":"Hostile","ns":0,"pageid":1,"links":[{"ns":0,"title":"A"}',
      (at) => `,{"ns":0,"title":"P${at}"}`,
      ']}]}}',
    ),
    pages: numbered('{"query":{"pages":[{"title":"Hostile"}', (at) => `,{"title":"${at}"}`, ']}}'),
    redirects: numbered(
      '{"query":{"redirects":[{"from":"Hostile","to":"0"}',
      (at) => `,{"from":"${at}","to":"${at + 1}"}`,
      ']}}',
    ),
  },
  openalex: {
    ...data,
    results: numbered('{"meta":{},"results":[{"id":"W1"}', (at) => `,{"id":"W${at}"}`, ']}'),
  },
  robots: {
    rules: numbered('User-agent: *\n', (at) => `Disallow: /${at}\n`),
    wildcards: around('User-agent: *\n', 'Disallow: /*a*a*a*a*b\n', ''),
    'one pattern': around('User-agent: *\nDisallow: /', '*a', 'b'),
    agents: repeated('User-agent: a\n'),
    'agents over rules': (bytes) =>
      repeated('User-agent: a\n')(bytes / 2) + repeated('Disallow: /x\n')(bytes / 2),
    'agents over delays': (bytes) =>
      repeated('User-agent: a\n')(bytes / 2) + repeated('Crawl-delay: 1\n')(bytes / 2),
    colons: repeated(':'),
    'open angles': repeated('<'),
  },
  headers: {
    'open angles': repeated('<'),
    'empty links': repeated('<>;'),
    parameters: around('<a>', ';a=b', ''),
    quotes: around('<a>;rel=', '"', ''),
    escapes: around('<a>;rel="', '\\', ''),
    blanks: around('<a>;', ' ', 'x'),
    digits: repeated('9'),
    signs: repeated('-'),
  },
  address: {
    escapes: repeated('%7e'),
    dots: repeated('../'),
    parameters: numbered('/?', (at) => `&utm_${at}=1`),
    hosts: around('http://', 'a.', '/'),
    letters: around('http://', '\u00e9', '/'),
  },
  redaction: {
    schemes: repeated('a.'),
    userinfo: repeated('a://'),
    dashes: around('"', '-', '"'),
    bearer: repeated('bearer '),
    quotes: repeated('"'),
    keys: repeated('?key='),
  },
  yaml: {
    'open lists': repeated('['),
    'open maps': repeated('{a: '),
    dashes: repeated('- '),
    questions: repeated('? '),
    'distinct keys': numbered('', (at) => `k${at}: v\n`),
    anchors: repeated('&a '),
    aliases: around('a: &a [x]\n', 'b: *a\n', ''),
    quotes: repeated('"'),
    sources: numbered('sources:\n', (at) => `- {name: s${at}, type: test}\n`),
  },
  diff: { ...data, lines: numbered('', (at) => `${at}\n`), 'blank lines': repeated('\n') },
  encoding: {
    zeros: repeated('\0'),
    gzip: around('\x1f\x8b\x08\0', '\0', ''),
    text: repeated('x'),
  },
};
