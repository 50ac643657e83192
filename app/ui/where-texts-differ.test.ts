import { expect, it } from 'vitest';
import { piecesOf } from './pieces-of.ts';
import { whereTextsDiffer } from './where-texts-differ.ts';

const address = (name: string) =>
  `http://archive.example/2026/11/30/the-${name}-of-many-pages-of-the-northern-provinces.json`;
const [first, second] = [address('first'), address('second')];

it('knows how far a text is as the one most like it, whatever the order', () => {
  const differ = whereTextsDiffer([second, 'other', first, first]);
  expect(differ.get(first)).toBe(first.indexOf('first'));
  expect(differ.get(second)).toBe(first.indexOf('first'));
  expect(differ.get('other')).toBe(0);
  expect(whereTextsDiffer([]).size).toBe(0);
});

it('keeps the piece in which an address differs, from the beginning of its word', () => {
  const differ = whereTextsDiffer([first, second]);
  expect(piecesOf(first, differ.get(first))[1]).toBe('first-of-many-');
  expect(piecesOf(second, differ.get(second))[1]).toBe('second-of-many');
  const inAWord = whereTextsDiffer([address('page-121'), address('page-129')]);
  expect(piecesOf(address('page-129'), inAWord.get(address('page-129')))[1]).toMatch(/^129-of/);
});

it.each([
  ['a short text', 'test_resource_003', 14],
  ['one that differs at its start', first, 3],
  ['one that differs at its end', first, first.length - 2],
  ['one that differs in its middle', first, 40],
  ['one that differs near its end', first, first.length - 18],
  ['one of which nothing is known', first, undefined],
  ['one of signs that are two units each', '🦉'.repeat(60), 30],
])('loses nothing of %s', (_what, text, at) => {
  const pieces = piecesOf(text, at);
  expect(pieces.join('')).toBe(text);
  // What stays fits into the narrowest column.
  expect([...pieces[1], ...pieces[3]].length).toBeLessThanOrEqual(24);
});
