import { expect, test } from 'vitest';
import { itemChanges } from '#lib/items/changes/registry.ts';
import { changeIcons } from './change-icons.tsx';

test.each(itemChanges.map(({ action, icon }) => ({ action, icon })))(
  'the picture of $action, $icon, has a drawing',
  ({ icon }) => {
    expect(Object.keys(changeIcons)).toContain(icon);
  },
);

test('every drawing is the picture of a change', () => {
  expect(new Set(itemChanges.map(({ icon }) => icon))).toEqual(new Set(Object.keys(changeIcons)));
});
