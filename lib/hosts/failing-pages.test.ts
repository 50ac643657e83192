import { expect, test } from 'vitest';
import { countsAgainstHost, pagesIn, withPage } from './failing-pages.ts';

const noon = '2026-01-01T12:00:00.000Z';
const later = '2026-01-01T13:00:00.000Z';

test.each([
  ['a failure of no page', null, noon, true],
  ['a page that fails for the first time', { id: 'a', failingSince: null }, noon, true],
  ['a page that failed before the host answered', { id: 'a', failingSince: noon }, later, false],
  ['a page that has failed since the host went away', { id: 'a', failingSince: later }, noon, true],
  ['a page of a host that never answered', { id: 'a', failingSince: noon }, null, true],
  ['a page that was counted', { id: 'known', failingSince: null }, null, false],
])('%s counts against its host: %#', (_, page, lastGoodAt, counts) => {
  expect(countsAgainstHost(page, ['known'], lastGoodAt)).toBe(counts);
});

test('the latest pages are remembered, within their column', () => {
  let known: readonly string[] = [];
  for (let n = 0; n < 20; n += 1)
    known = withPage(known, { id: `${n}`.padEnd(36, '-'), failingSince: null });
  expect(JSON.stringify(known).length).toBeLessThanOrEqual(400);
  expect(known.at(-1)).toMatch(/^19/);
  expect(pagesIn(JSON.stringify(known))).toEqual(known);
  expect(pagesIn('{')).toEqual([]);
});
