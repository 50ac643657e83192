/** JSON Lines (jsonlines.org, NDJSON, RFC 7464): a JSON value on each line, read as a list of them. */
import { parseJson } from '#lib/json.ts';
import { quickJson } from '#lib/json-text.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';

const mediaTypes = /^(?:application|text)\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines|json-seq)$/;

export const isJsonLines = (mediaType: string): boolean => mediaTypes.test(mediaType);

export type Lines =
  | { readonly kind: 'list'; readonly json: string }
  /** Counted from 1; of a long line its beginning. */
  | { readonly kind: 'fault'; readonly line: number; readonly text: string };

/** The text of a JSON list with the value of each line as it is written, or the first line that holds none. */
export function listOfLines(text: string): Lines {
  const values: string[] = [];
  let number = 0;
  for (const line of linesOf(text)) {
    number += 1;
    // RFC 7464 begins each with a record separator.
    const value = (line.startsWith('\u001e') ? line.slice(1) : line).trim();
    if (value === '') continue;
    if (parseJson(value) === undefined) {
      return { kind: 'fault', line: number, text: value.slice(0, shownOfLine) };
    }
    values.push(value);
  }
  return { kind: 'list', json: `[${values.join(',')}]` };
}

const shownOfLine = 1000;

function* linesOf(text: string): Generator<string> {
  let start = text.startsWith('\ufeff') ? 1 : 0;
  for (let end = text.indexOf('\n', start); end !== -1; end = text.indexOf('\n', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  yield text.slice(start);
}

const inThread = defineHeavy('json-lines', listOfLines);

/** See `listOfLines`; what is long is read in a thread. Throws `reading_overran`. */
export const readJsonLines = async (text: string): Promise<Lines> =>
  text.length <= quickJson.length ? listOfLines(text) : inThread(text);
