import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '#lib/json.ts';
import { parseWritten } from '#lib/json-text.ts';
import { inSteps } from './in-steps.ts';
import {
  allContainers,
  findInJson,
  holdersOf,
  isContainer,
  type JsonMatch,
  jsonPathText,
  openAtFirst,
  pathOf,
  treeRows,
} from './json-tree.ts';
import { findInText, rowAt, textRows } from './text-rows.ts';

const never = new AbortController().signal;
const lines = (root: JsonValue, open = allContainers(root)) =>
  treeRows(root, open).map((row) => jsonPathText(pathOf(row)));

describe('a tree of rows', () => {
  const document = { query: { pages: [{ title: 'A' }, { title: 'B' }] }, 'odd key': [[]] };

  it('shows numbers by their digits, and finds them by these', async () => {
    const read = parseWritten('{"id":12345678901234567890,"n":[1.10,1e400]}') ?? null;
    const values = treeRows(read, allContainers(read)).flatMap(({ value }) =>
      isContainer(value) ? [] : [String(value)],
    );
    expect(values).toEqual(['12345678901234567890', '1.10', '1e400']);
    const { matches } = await inSteps(findInJson(read, '567890'), never);
    expect(matches.map(({ key }) => key)).toEqual(['id']);
  });

  it('has the rows that are open, in reading order, each with its path', () => {
    expect(lines(document)).toEqual([
      '$',
      '$.query',
      '$.query.pages',
      '$.query.pages[0]',
      '$.query.pages[0].title',
      '$.query.pages[1]',
      '$.query.pages[1].title',
      '$["odd key"]',
      '$["odd key"][0]',
    ]);
    expect(lines(document, new Set([document]))).toEqual(['$', '$.query', '$["odd key"]']);
    expect(lines('text')).toEqual(['$']);
  });

  it('opens a small document whole, and of a large one no more than fills the view', () => {
    expect(treeRows(document, openAtFirst(document))).toHaveLength(9);
    const large = {
      head: { a: 1 },
      list: Array.from({ length: 100_000 }, (_, n) => ({ n })),
    };
    const rows = treeRows(large, openAtFirst(large));
    expect(rows.map((row) => row.key)).toEqual([null, 'head', 'a', 'list']);
  });

  it('tells the place among the siblings', () => {
    const rows = treeRows({ a: 1, b: [7, 8] }, openAtFirst({}));
    expect(rows).toMatchObject([{ place: 1, siblings: 1 }]);
    const root = { a: 1, b: [7, 8] };
    expect(treeRows(root, allContainers(root)).map((row) => [row.place, row.siblings])).toEqual([
      [1, 1],
      [1, 2],
      [2, 2],
      [1, 2],
      [2, 2],
    ]);
  });
});

describe('finding in JSON', () => {
  const find = async (root: JsonValue, text: string, limit?: number) => {
    const { matches, isCut } = await inSteps(findInJson(root, text, limit), never);
    return { isCut, keys: matches.map((match) => match.key), matches };
  };

  it('looks at keys and values, whatever their case, in reading order', async () => {
    const root = { Title: 'x', inner: { a: 'The TITLE', b: [1, 'title', { title: null }] } };
    expect((await find(root, 'title')).keys).toEqual(['Title', 'a', 1, 'title']);
    expect((await find(root, 'nul')).keys).toEqual(['title']);
    expect((await find('Tatooine', 'tat')).keys).toEqual([null]);
    expect((await find(root, 'nothing')).keys).toEqual([]);
  });

  it('names the containers that lead to a match', async () => {
    const root = { a: [{ b: 'here' }] };
    const [match] = (await find(root, 'here')).matches;
    expect(holdersOf(match as JsonMatch)).toEqual([{ b: 'here' }, [{ b: 'here' }], root]);
  });

  it('stops at its limit and says so', async () => {
    const root = Array.from({ length: 30 }, () => 'same');
    expect(await find(root, 'same', 10)).toMatchObject({ isCut: true, keys: { length: 10 } });
    expect(await find(root, 'same', 30)).toMatchObject({ isCut: false, keys: { length: 30 } });
  });

  it('finds what is there, in any document', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const root = JSON.parse(JSON.stringify(value)) as JsonValue;
        const scalars = treeRows(root, allContainers(root)).filter(
          (row) => !isContainer(row.value) && String(row.value) !== '',
        );
        for (const row of scalars.slice(0, 5)) {
          const { matches } = await find(root, String(row.value));
          const holder = row.up?.value ?? null;
          const found = matches.some(
            (match) => (match.holder?.container ?? null) === holder && match.key === row.key,
          );
          expect(found).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('ends at once when nobody waits for it any more', async () => {
    const stop = new AbortController();
    stop.abort(new Error('typed on'));
    await expect(inSteps(findInJson([1], '1'), stop.signal)).rejects.toThrow('typed on');
  });
});

describe('text as rows', () => {
  const shown = (text: string) =>
    textRows(text).map(({ from, to, line }) => [line, text.slice(from, to)]);

  it('numbers its lines, whatever ends them', () => {
    expect(shown('a\nb\r\n\nd\n')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, ''],
      [4, 'd'],
      [5, ''],
    ]);
    expect(shown('')).toEqual([[1, '']]);
  });

  it('breaks a line without end, and no character in two', () => {
    const text = `${'x'.repeat(119)}${'🚀'.repeat(200)}`;
    const rows = textRows(text);
    expect(rows.map(({ line }) => line)).toEqual([1, null, null, null, null]);
    expect(rows.map(({ from, to }) => text.slice(from, to)).join('')).toBe(text);
    for (const { from, to } of rows) expect(text.slice(from, to).isWellFormed()).toBe(true);
  });

  it('finds every place and the row it is in', async () => {
    const text = `one\ntwo ONE\n${'-'.repeat(400)}one`;
    const { matches } = await inSteps(findInText(text, 'One'), never);
    expect(matches.map((at) => text.slice(at, at + 3))).toEqual(['one', 'ONE', 'one']);
    const rows = textRows(text);
    expect(matches.map((at) => rowAt(rows, at))).toEqual([0, 1, 5]);
  });
});
