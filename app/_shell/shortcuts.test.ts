import { expect, test } from 'vitest';
import { shortcutsFor } from './shortcuts.ts';
import { shortcutsOn } from './shortcuts-on.ts';

const recrawl = 'Recrawl this run';
const run = '/runs/019abcde-0000-7000-8000-000000000001';

test('a run is recrawled from its own page alone, by who may change runs', () => {
  const on = (pathname: string, role: 'operator' | 'viewer' = 'operator') =>
    shortcutsOn(pathname, shortcutsFor({ role })).find(({ label }) => label === recrawl)?.href;
  expect(on(run)).toBe('?do=recrawl-run');
  expect(on(run, 'viewer')).toBeUndefined();
  for (const other of ['/', '/runs', '/runs/compare', `${run}/more`]) {
    expect(on(other)).toBeUndefined();
  }
});

test('everything else is offered everywhere', () => {
  const all = shortcutsFor({ role: 'admin' });
  const everywhere = all.filter(({ of }) => of === undefined || of === 'any');
  expect(shortcutsOn('/hosts', all).map(({ label }) => label)).toEqual(
    everywhere.map(({ label }) => label),
  );
});

test('what can be done to items is offered on the page of one, by who may change items', () => {
  const item = '/work-items/019abcde-0000-7000-8000-000000000002';
  const on = (pathname: string, role: 'operator' | 'viewer' = 'operator') =>
    shortcutsOn(pathname, shortcutsFor({ role })).filter((one) => one.of === 'item');
  expect(on(item).map(({ label }) => label)).toEqual([
    'Recrawl this item',
    'Retry this item',
    'Skip this item',
    'Put this item on hold',
    'Take this item off hold',
    'Set priority of this item',
    'Move this item to a run',
    'Set fetch plan of this item',
    'Retire this item',
  ]);
  expect(on(item)[0]?.href).toBe('?do=item-recrawl');
  expect(on(item, 'viewer')).toEqual([]);
  expect(on('/work-items')).toEqual([]);
});

test('everything is stopped, or goes on again, on the page where one is', () => {
  const on = (isStopped: boolean, role: 'operator' | 'viewer' = 'operator') =>
    shortcutsOn('/hosts', shortcutsFor({ role }, isStopped))
      .filter(({ of }) => of === 'any')
      .map(({ href }) => href);
  expect(on(false)).toEqual(['?do=stop-everything']);
  expect(on(true)).toEqual(['?do=go-on']);
  expect(on(false, 'viewer')).toEqual([]);
});
