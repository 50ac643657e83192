/** Titles and main texts, read in the real thread. */
import { describe, expect, it } from 'vitest';
import { pageTextOf } from './page-text.ts';

const sentence = 'The harbour was built in 1874, and it was widened twice, first by hand. ';
const page = (body: string, head = '<title>The old harbour of Ust - Town news</title>') =>
  `<!doctype html><html><head>${head}<script>var a = "<p>no text</p>";</script></head><body>
    <nav><ul>${'<li><a href="/x">Menu</a></li>'.repeat(12)}</ul></nav>${body}
    <footer>Imprint, cookies, contact</footer></body></html>`;

describe('the main text of a page', () => {
  it('is the article without its menu, with paragraphs, lists, cells and code apart', async () => {
    const { title, text } = await pageTextOf(
      page(`<article><h1>The old harbour of Ust</h1>
        ${`<p>${sentence.repeat(4)}<b>Bold</b>ly, <i>he</i> said.</p>`.repeat(3)}
        <ul><li>one</li><li>two &amp; three</li></ul><pre>if a:\n    b</pre>
        <table><tr><th>Year</th><th>Ships</th></tr><tr><td>1874</td><td>12</td></tr></table>
        <p>line<br>next line</p></article>`),
    );
    expect(title).toBe('The old harbour of Ust');
    const paragraph = `${sentence.repeat(4)}Boldly, he said.`;
    expect(text).toContain(`${paragraph}\n\n${paragraph}\n\n${paragraph}`);
    expect(text).toContain(
      'one\ntwo & three\n\nif a:\n    b\n\nYear\tShips\n1874\t12\n\nline\nnext line',
    );
    expect(text).not.toMatch(/Menu|Imprint|no text/);
  });

  it('keeps other scripts, and cuts no letter in two', async () => {
    const words = '港は一八七四年に造られた。それから二度、広げられた。'.repeat(40);
    const { title, text } = await pageTextOf(
      page(
        `<article><p>${words}</p><p>${words}</p></article>`,
        `<title>${'😀'.repeat(400)}</title>`,
      ),
    );
    expect(text).toBe(`${words}\n\n${words}`);
    expect(title).toHaveLength(500);
    expect(title?.isWellFormed()).toBe(true);
  });

  it.each([
    ['nothing', '', { title: null, text: null }],
    ['a title alone', '<title> A \n title </title>', { title: 'A title', text: null }],
    ['no page', 'plain words', { title: null, text: 'plain words' }],
  ])('is what there is of %s', async (_, html, expected) => {
    expect(await pageTextOf(html)).toEqual(expected);
  });

  it.each([
    ['elements inside one another', '<div>'.repeat(100_000)],
    ['paragraphs that are never closed', `${'<b><p>'.repeat(50_000)}`],
    ['links without end', '<a href="x">word, </a>'.repeat(100_000)],
    ['cells of one row', `<table><tr>${'<td>x'.repeat(200_000)}`],
    ['long words', `<p>${'x,'.repeat(4_000_000)}`],
    [
      'attributes',
      `<p ${Array.from({ length: 50_000 }, (_, n) => `a${n}=b`).join(' ')}>${sentence}`,
    ],
    ['lists in lists', '<ul><li>'.repeat(50_000)],
    ['classes', `<div class="${'comment '.repeat(100_000)}">${sentence.repeat(40)}</div>`],
  ])('is read of %s within the bounds of a thread', async (_, body) => {
    const { text } = await pageTextOf(page(body));
    expect((text ?? '').length).toBeLessThanOrEqual(1_000_000);
  });
});
