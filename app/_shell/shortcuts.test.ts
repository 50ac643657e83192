import { expect, test } from 'vitest';
import { shortcutsFor, shortcutsOn } from './shortcuts.ts';

const recrawl = 'Recrawl this run';
const run = '/runs/019abcde-0000-7000-8000-000000000001';

test('a run is recrawled from its own page alone, by who may change runs', () => {
  const on = (pathname: string, role: 'operator' | 'viewer' = 'operator') =>
    shortcutsOn(pathname, shortcutsFor(role)).find(({ label }) => label === recrawl)?.href;
  expect(on(run)).toBe(`${run}?recrawl=1`);
  expect(on(run, 'viewer')).toBeUndefined();
  for (const other of ['/', '/runs', '/runs/compare', `${run}/more`]) {
    expect(on(other)).toBeUndefined();
  }
});

test('everything else is offered everywhere', () => {
  const all = shortcutsFor('admin');
  expect(shortcutsOn('/hosts', all)).toEqual(all.filter(({ ofRun }) => ofRun !== true));
});
