import { expect, it } from 'vitest';
import { isJsonLines, listOfLines } from './json-lines.ts';

it.each([
  ['lines', '{"a":1}\n[2]\n"x"\n', '[{"a":1},[2],"x"]'],
  ['no line break at the end', '1\n2', '[1,2]'],
  ['CRLF, blank lines and a byte order mark', '\ufeff1\r\n\r\n \r\n2\r\n', '[1,2]'],
  ['record separators', '\u001e{"a":1}\n\u001e{"b":2}\n', '[{"a":1},{"b":2}]'],
  [
    'numbers by their digits',
    '12345678901234567890\n1e400\n1.10',
    '[12345678901234567890,1e400,1.10]',
  ],
  ['nothing', '', '[]'],
])('%s are a list', (_, text, json) => {
  expect(listOfLines(text)).toEqual({ kind: 'list', json });
});

it.each([
  ['a cut line', '{"a":1}\n{"a":', 2, '{"a":'],
  ['two values', '1\n\n2,3\n', 3, '2,3'],
  ['no JSON', 'hello', 1, 'hello'],
])('%s is named', (_, text, line, found) => {
  expect(listOfLines(text)).toEqual({ kind: 'fault', line, text: found });
});

it('is known by its content type', () => {
  const types = [
    'application/x-ndjson',
    'application/jsonl',
    'application/json-seq',
    'text/ndjson',
  ];
  expect(types.every(isJsonLines)).toBe(true);
  expect(['application/json', 'application/ld+json', 'text/plain'].some(isJsonLines)).toBe(false);
});
