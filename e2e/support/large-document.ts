/** Some five megabytes of JSON: 20,000 pages in one list, of which one has the given state. */
export function largeDocument(changed: string): string {
  const pages = Array.from({ length: 20_000 }, (_, n) => ({
    title: `Planet ${n}`,
    text: `Much to read about planet ${n}. `.repeat(6),
    links: [n + 1, n + 2],
    state: n === 12_345 ? changed : 'kept',
  }));
  return JSON.stringify({ source: 'atlas', 'odd key': true, pages });
}
