import { describe, expect, it } from 'vitest';
import { linkOf } from './headers.ts';

describe('the address of a relation in a Link header', () => {
  it.each<[string, string, string | null]>([
    ['alone', '<https://a.example/2>; rel="next"', 'https://a.example/2'],
    ['without quotes', '</2>; rel=next', '/2'],
    ['among others', '</1>; rel=prev, </2>; rel="next last"', '/2'],
    ['behind other parameters', '</2>; title="a, b; c"; rel=next', '/2'],
    ['in capitals', '</2>; REL="NEXT"', '/2'],
    ['in single quotes', "</1>; rel='prev', </2>; rel='next'", '/2'],
    ['in single quotes, of several', "</2>; title='a; b, c'; rel='prefetch next'", '/2'],
    ['behind an apostrophe', "</2>; title=that's; rel=next", '/2'],
    ['behind a single quote that is never closed', "</2>; title='a; rel=next", '/2'],
    ['behind a quoted quote', '</2>; title="say \\"rel\\""; rel=next', '/2'],
    ['with blanks', '  < /2 > ; rel = "next"', '/2'],
    ['in raw UTF-8', Buffer.from('</café>; rel=next').toString('latin1'), '/café'],
    ['only in its first rel', '</2>; rel=prev; rel=next', null],
    ['in no relation', '</2>', null],
    ['of another relation', '</2>; rel=nextly', null],
    ['that never ends', '</2; rel=next', null],
    ['whose quote never ends', '</2>; rel="next', '/2'],
    ['of nothing', '', null],
    ['of 60 kB of <', '<'.repeat(60_000), null],
    ['of 60 kB of <>', '<>'.repeat(30_000), null],
    ['of 60 kB of ;', `<a>${';'.repeat(60_000)}`, null],
    ['of 60 kB of blanks', `<a>;${' '.repeat(60_000)}x`, null],
    ['of 60 kB of single quotes', `<a>;rel=${"'".repeat(60_000)}`, null],
    ['of 60 kB of open single quotes', `<a>${";a='".repeat(15_000)}`, null],
    ['of 60 kB of quotes', `<a>;rel=${'"'.repeat(60_000)}`, null],
  ])('%s', (_, header, address) => {
    expect(linkOf(header, 'next')).toBe(address);
  });
});
