import { expect, test } from 'vitest';
import { withVisibleMarks } from './foreign-text.tsx';

test.each([
  ['photo\u202egpj.exe', 'photo‹U+202E›gpj.exe'],
  ['\u2067שלום\u2069', '‹U+2067›שלום‹U+2069›'],
  ['a\u200eb\u061c', 'a‹U+200E›b‹U+061C›'],
  ['שלום', 'שלום'],
  ['plain', 'plain'],
])('%j is shown as %s', (text, shown) => {
  expect(withVisibleMarks(text)).toBe(shown);
});
