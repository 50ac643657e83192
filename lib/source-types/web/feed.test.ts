import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFeed } from './feed.ts';

const base = 'https://feeds.example/blog/feed.xml';
const read = (text: string) => {
  const feed = parseFeed(text, base);
  if (feed === null) throw new Error('not read as a feed');
  return feed;
};
const rss = (...items: string[]) =>
  read(`<rss version="2.0"><channel><title>News</title>${items.join('')}</channel></rss>`);
const entryOf = (item: string) => rss(`<item>${item}</item>`).entries[0];

describe('a feed', () => {
  it.each([
    [
      'RSS 2.0',
      `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
        <title>News</title><link>https://example.org/</link><language>en</language>
        <atom:link rel="self" href="/self.xml"/><atom:link rel="next" href="?page=2"/>
        <image><title>Logo</title><link>https://example.org/logo</link></image>
        <item><guid isPermaLink="false">n-1</guid><link>https://example.org/1</link><title>One</title>
        <dc:creator>Ada</dc:creator><category>Science</category><pubDate>Mon, 30 Nov 2026 10:31:37 +0100</pubDate>
        <description>Short</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded></item>
        </channel></rss>`,
    ],
    [
      'RSS 1.0',
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:d="http://purl.org/dc/elements/1.1/"
        xmlns:a="http://www.w3.org/2005/Atom">
        <channel rdf:about="https://example.org/"><title>News</title><link>https://example.org/</link>
        <language>en</language><a:link rel="next" href="?page=2"/></channel>
        <item rdf:about="n-1"><title>One</title><link>https://example.org/1</link><description>Short</description>
        <c:encoded>&lt;p&gt;Long&lt;/p&gt;</c:encoded><d:creator>Ada</d:creator><d:subject>Science</d:subject>
        <d:date>2026-11-30T09:31:37Z</d:date></item></rdf:RDF>`,
    ],
    [
      'Atom with a prefix that a tool made',
      `<ns0:feed xmlns:ns0="http://www.w3.org/2005/Atom" xml:lang="en"><ns0:title>News</ns0:title>
        <ns0:link href="https://example.org/"/><ns0:link rel="next" href="?page=2"/>
        <ns0:entry><ns0:id>n-1</ns0:id><ns0:title type="html">&lt;b&gt;One&lt;/b&gt;</ns0:title>
        <ns0:link rel="alternate" href="https://example.org/1"/><ns0:author><ns0:name>Ada</ns0:name></ns0:author>
        <ns0:category term="Science"/><ns0:published>2026-11-30T09:31:37Z</ns0:published>
        <ns0:summary>Short</ns0:summary><ns0:content type="xhtml"><p>Long</p></ns0:content>
        <ns0:source><ns0:id>other</ns0:id><ns0:title>Other</ns0:title><ns0:author><ns0:name>Bob</ns0:name></ns0:author></ns0:source>
        </ns0:entry></ns0:feed>`,
    ],
    [
      'JSON Feed',
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'News',
        home_page_url: 'https://example.org/',
        next_url: '?page=2',
        language: 'en',
        items: [
          {
            id: 'n-1',
            url: 'https://example.org/1',
            title: 'One',
            summary: 'Short',
            content_html: '<p>Long</p>',
            date_published: '2026-11-30T10:31:37+01:00',
            authors: [{ name: 'Ada' }, 'broken'],
            tags: ['Science', 7],
          },
        ],
      }),
    ],
  ])('says the same as %s', (_, text) => {
    expect(read(text)).toMatchObject({
      title: 'News',
      url: 'https://example.org/',
      next: 'https://feeds.example/blog/feed.xml?page=2',
      entries: [
        {
          id: 'n-1',
          url: 'https://example.org/1',
          title: 'One',
          published: '2026-11-30T09:31:37.000Z',
          authors: ['Ada'],
          categories: ['Science'],
          summary: { value: 'Short' },
          content: { type: 'html', value: '<p>Long</p>' },
        },
      ],
    });
  });

  it('is read with whatever stands before and between its elements', () => {
    const feed = read(
      `\n\n<br />\n<b>Warning</b>: mysql_connect()<?xml version="1.0"?>
      <!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/x.dtd" [
        <!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
      <?xml-stylesheet href="x.xsl"?><RSS version="0.91"><Channel><!-- <item><title>No</title></item> -->
      <Title>Caf&eacute; &amp; Bar</Title><Item><Title>A &nbsp; B</Title><Link>/a?x=1&y=2</Link></Item></Channel></RSS>`,
    );
    expect(feed).toMatchObject({
      title: 'Café & Bar',
      entries: [{ title: 'A B', url: 'https://feeds.example/a?x=1&y=2' }],
    });
  });

  it.each([
    ['a page', '<!DOCTYPE html><html><head><title>x</title></head><body><rss/></body></html>'],
    ['a sitemap', '<urlset><url><loc>https://example.org/</loc></url></urlset>'],
    ['other JSON', '{"items":[{"id":1}]}'],
    ['cut JSON', '{"version":"https://jsonfeed.org/version/1","items":['],
    ['nothing', ''],
    ['words', 'The feed has moved.'],
  ])('is not %s', (_, text) => {
    expect(parseFeed(text, base)).toBeNull();
  });

  it('that was cut keeps the entries that were whole', () => {
    const whole = '<item><guid>1</guid></item>';
    for (const more of ['<item><guid>2</guid><title>Ha', '<item><guid>2</guid>', '<item', '']) {
      const { entries, isCut } = read(`<rss><channel>${whole}${more}`);
      expect([entries.map(({ id }) => id), isCut]).toEqual([['1'], true]);
    }
    // Only its writer's slip.
    const { entries, isCut } = read(`<rss><channel>${whole}<item><guid>2</guid></channel></rss>`);
    expect([entries.map(({ id }) => id), isCut]).toEqual([['1', '2'], false]);
  });

  it('asks for the longest of its own rhythms', () => {
    const rhythm = (parts: string) => rss(parts).rhythmS;
    expect(rhythm('<ttl>60</ttl>')).toBe(3600);
    expect(rhythm('<sy:updatePeriod>daily</sy:updatePeriod>')).toBe(86_400);
    const twice = '<sy:updateFrequency>2</sy:updateFrequency>';
    expect(rhythm(`${twice}<sy:updatePeriod> Daily </sy:updatePeriod><ttl>5</ttl>`)).toBe(43_200);
    for (const none of ['', '<ttl>-1</ttl>', '<ttl>soon</ttl>', '<ttl>1e999</ttl>']) {
      expect(rhythm(none)).toBeNull();
    }
  });

  it('nested beyond all measure is refused, and many entries are cut with a word', () => {
    expect(() => read(`<rss><channel>${'<a>'.repeat(300)}`)).toThrow(/nested/);
    const many = read(`<rss><channel>${'<item><title>x</title></item>'.repeat(5001)}`);
    expect(many.isCut).toBe(true);
  });

  it('is read or refused whatever it holds', () => {
    const part = fc.constantFrom(
      ...['<rss>', '<channel>', '<item>', '</item>', '<title>', '</title>', '<![CDATA[', ']]>'],
      ...['<entry xmlns="', '">', '<link href=', '&', ';', '#x0', '<!--', '\0', 'constructor', ':'],
      ...[
        '<__proto__>',
        '<guid>',
        'http://[',
        '<description>',
        '</',
        '>',
        '"',
        '<feed>',
        'xml:base="',
      ],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        parseFeed(`<rss><channel><item>${parts.join('')}`, base);
        parseFeed(parts.join(''), base);
      }),
    );
  });
});

describe('an entry', () => {
  it('has a title without markup, but with what it speaks of', () => {
    const titleOf = (title: string) => entryOf(`<title>${title}</title>`)?.title;
    expect(titleOf('&lt;b&gt;Bold&lt;/b&gt; news')).toBe('Bold news');
    expect(titleOf('<![CDATA[<i>R&amp;D</i>]]>')).toBe('R&D');
    expect(titleOf('Love <3 and a &lt; b')).toBe('Love <3 and a < b');
    expect(titleOf('How to use &lt;canvas&gt;')).toBe('How to use <canvas>');
    expect(titleOf('A <em>raw</em> title<br>\n of two lines')).toBe('A raw title of two lines');
    expect(titleOf('x'.repeat(9000))).toHaveLength(4000);
  });

  it('keeps its content as it was meant', () => {
    const contentOf = (item: string) => entryOf(item)?.content?.value;
    expect(contentOf('<description>&lt;p&gt;a &amp;amp; b&lt;/p&gt;</description>')).toBe(
      '<p>a &amp; b</p>',
    );
    expect(
      contentOf('<description>a &nbsp;<br><img src="x?a=1&amp;b"> b &lt; c</description>'),
    ).toBe('a &nbsp;<br><img src="x?a=1&amp;b"> b &lt; c');
    expect(entryOf('<description> </description>')?.content).toBeNull();
  });

  it('resolves its addresses by xml:base', () => {
    const feed = read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/a/">
      <entry xml:base="b/"><id>1</id><link href="c"/><link rel="enclosure" href="d.mp3" type="audio/mpeg"/>
      <content type="html">&lt;a href="e"&gt;</content></entry></feed>`);
    expect(feed.entries[0]).toMatchObject({
      url: 'https://example.org/a/b/c',
      enclosures: [{ url: 'https://example.org/a/b/d.mp3', type: 'audio/mpeg' }],
      content: { base: 'https://example.org/a/b/' },
    });
  });

  it('without an id is named by its address, else by title and date, however its text is edited', () => {
    const idOf = (item: string) => entryOf(item)?.id;
    expect(idOf('<link>https://example.org/1?utm_source=rss&amp;id=2</link><title>x</title>')).toBe(
      'https://example.org/1?id=2',
    );
    const made = idOf('<title>x</title><pubDate>2026-11-30</pubDate><description>a</description>');
    expect(made).toMatch(/^made:/);
    expect(
      idOf('<title>x</title><pubDate>2026-11-30</pubDate><description>corrected</description>'),
    ).toBe(made);
    expect(idOf('<title>y</title>')).not.toBe(idOf('<title>x</title>'));
    expect(entryOf('<guid>https://example.org/p</guid>')?.url).toBe('https://example.org/p');
    expect(entryOf('<guid isPermaLink="false">https://example.org/p</guid>')?.url).toBeNull();
  });

  it('is there once, and an id that all entries share names none of them', () => {
    const twice = rss(
      '<item><guid>1</guid><link>https://example.org/1</link></item>',
      '<item><guid>1</guid><link>https://example.org/1</link><title>again</title></item>',
    );
    expect(twice.entries).toMatchObject([{ id: '1', title: null }]);
    const shared = rss(
      '<item><guid>https://example.org/</guid><link>https://example.org/1</link></item>',
      '<item><guid>https://example.org/</guid><link>https://example.org/2</link></item>',
    );
    expect(shared.entries.map(({ id }) => id)).toEqual([
      'https://example.org/1',
      'https://example.org/2',
    ]);
  });

  const idsOf = (...items: string[]) => rss(...items).entries.map(({ id }) => id);

  it('without an id is another one where only the address is the same, or only the title', () => {
    const note = (title: string, text: string) =>
      `<item><title>${title}</title><link>/notes</link><description>${text}</description></item>`;
    expect(new Set(idsOf(note('One', 'a'), note('Two', 'b'), note('Two', 'b'))).size).toBe(2);
    expect(idsOf(note('One', 'a'), note('One', 'corrected'))).toEqual([
      'https://feeds.example/notes',
    ]);
    const daily = (text: string) =>
      `<item><title>Daily</title><description>${text}</description></item>`;
    expect(new Set(idsOf(daily('a'), daily('b'), daily('b'))).size).toBe(2);
    // What it is called does not hang on what else is listed with it.
    expect(idsOf(note('One', 'a'), note('Two', 'b'), note('Three', 'c')).slice(0, 2)).toEqual(
      idsOf(note('One', 'a'), note('Two', 'b')),
    );
  });

  it('of JSON is called by all digits of its number', () => {
    const items =
      '[{"id":9007199254740993},{"id":9007199254740992},{"id":1.0},{"id":12345678901234567890}]';
    const { entries } = read(
      `{"version":"https://jsonfeed.org/version/1.1","title":"News","items":${items}}`,
    );
    expect(entries.map(({ id }) => id)).toEqual([
      '9007199254740993',
      '9007199254740992',
      '1.0',
      '12345678901234567890',
    ]);
  });

  it('leads to its page, however the link is named, and else to what there is of it', () => {
    const atom = (...links: string[]) =>
      read(
        `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>${links.join('')}</entry></feed>`,
      ).entries[0]?.url;
    const json = '<link rel="alternate" type="application/json" href="/1.json"/>';
    const iana = 'http://www.iana.org/assignments/relation/alternate';
    expect(atom(json, '<link type="text/html" href="/1"/>')).toBe('https://feeds.example/1');
    expect(atom('<link rel="edit" href="/e"/>', `<link rel="${iana}" href="/1"/>`)).toBe(
      'https://feeds.example/1',
    );
    expect(atom(json)).toBe('https://feeds.example/1.json');
  });

  it('is read in RSS whose root declares the namespace of Atom', () => {
    const { entries } = read(
      '<rss version="2.0" xmlns="http://www.w3.org/2005/Atom"><channel><title>News</title><item><guid>1</guid><title>One</title></item></channel></rss>',
    );
    expect(entries).toMatchObject([{ id: '1', title: 'One' }]);
  });

  it('is read with the entities that its feed declares, and no others', () => {
    const { entries } = read(
      `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY name "News"><!ENTITY both '&name; &amp; more'>
        <!ENTITY host "https://e.example"><!ENTITY file SYSTEM "file:///etc/hostname">]>
        <rss><channel><item><guid>1</guid><title>&both; &file; <![CDATA[&name;]]></title><link>&host;/1</link></item></channel></rss>`,
    );
    expect(entries).toMatchObject([
      { title: 'News & more &file; &name;', url: 'https://e.example/1' },
    ]);
    const laughing = Array.from(
      { length: 20 },
      (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`,
    );
    const laughs = `<!DOCTYPE rss [<!ENTITY e0 "ha">${laughing.join('')}]><rss><channel>&e20;</channel></rss>`;
    expect(() => read(laughs)).toThrow(expect.objectContaining({ code: 'payload_too_complex' }));
    const much = `<!DOCTYPE rss [<!ENTITY e "${'x'.repeat(4000)}">]><rss>${'&e;'.repeat(1000)}</rss>`;
    expect(() => read(much)).toThrow(expect.objectContaining({ code: 'payload_too_complex' }));
  });

  it('has another revision when it says something else, and not when the feed has moved', () => {
    const item = (text: string) =>
      `<rss><channel><item><guid>1</guid><description>${text}</description></item></channel></rss>`;
    const revisionOf = (text: string, from = base) => parseFeed(text, from)?.entries[0]?.revision;
    expect(revisionOf(item('a'))).not.toBe(revisionOf(item('b')));
    expect(revisionOf(item('a'), 'https://moved.example/')).toBe(revisionOf(item('a')));
  });
});
