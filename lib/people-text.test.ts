import { describe, expect, it } from 'vitest';
import { nameText, noteText } from './people-text.ts';

const name = nameText({ most: 100, missing: 'Give a name.' });
const note = noteText({ most: 400, missing: null });
const messages = (schema: typeof name, text: string) =>
  schema.safeParse(text).error?.issues.map(({ message }) => message) ?? [];

describe('a name that a person gives', () => {
  it.each([
    'Nightly',
    'שלום עולם 3',
    'نسخه‌برداری',
    '👨‍👩‍👧 family',
    'Ünïcode – “quoted”',
    'e\u0301',
  ])('may be %s', (text) => {
    expect(name.parse(` ${text} `)).toBe(text);
  });

  it.each([
    ...[
      0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
    ].map((mark) => [`a${String.fromCharCode(mark)}b`, /marks of direction \(U\+/] as const),
    ['pay\u200bpal', /invisible characters \(U\+200B\)/],
    ['pay\u00adpal', /invisible/],
    ['a\ufeffb', /invisible/],
    ['two\nlines', /control characters \(U\+000A\)/],
    ['two\u2028lines', /control characters/],
    ['nul\u0000', /control characters/],
    ['half \ud83d', /whole characters/],
    ['\u200d', /show something/],
    ['\u3164', /show something/],
    ['   ', /Give a name/],
    ['x'.repeat(101), /at most 100/],
  ] as const)('may not be %j', (text, why) => {
    expect(messages(name, text).join(' ')).toMatch(why);
  });

  it('is judged the same however often', () => {
    for (let at = 0; at < 3; at += 1) expect(messages(name, 'a\u202eb')).toHaveLength(1);
  });
});

describe('a note', () => {
  it('may have lines, be empty, and reads as it is written', () => {
    expect(note.parse('one\r\n\ttwo ')).toBe('one\r\n\ttwo');
    expect(note.parse(' ')).toBe('');
    expect(messages(note, 'a\u2067b')).toEqual([expect.stringContaining('U+2067')]);
    expect(messages(note, 'a\u0007b')).toEqual([expect.stringContaining('U+0007')]);
  });
});
