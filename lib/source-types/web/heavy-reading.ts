/** Reading what a server sent: at once where that is quick whatever it holds, else in a thread. */
import { hashJson } from '#lib/canonical-json.ts';
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import {
  JsonText,
  jsonFault,
  parseWritten,
  parseWrittenWithin,
  quickJson,
  threadJson,
} from '#lib/json-text.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import { type Decoded, decode } from './body.ts';
import { PageTooHeavy } from './bounded-page.ts';
import { type Named, namesIn, windowsOf } from './canonical.ts';
import { onEventLoop } from './selector.ts';

type Response = Pick<HttpResponse, 'headers' | 'body'>;

/** Some charsets take a second for 32 MB. */
const quickBody = 256 * 1024;

const decodeInThread = defineHeavy('decode', decode);

/** See `decode`. */
export async function decodeBody({ headers, body }: Response): Promise<Decoded> {
  if (body.byteLength <= quickBody) return decode({ headers, body });
  const { 'content-type': type } = headers;
  return decodeInThread({ headers: type === undefined ? {} : { 'content-type': type }, body });
}

/** The hash of JSON in canonical form; null for what is no JSON. */
const hashInThread = defineHeavy('json', (text: string): string | null => {
  const value = parseWrittenWithin(text, threadJson);
  return value === undefined ? null : hashJson(value);
});

/**
 * The text, of a small one with its value; undefined when it is no JSON.
 * @throws AppError `payload_too_complex`, `reading_overran`
 */
export async function readJson(text: string): Promise<JsonText | undefined> {
  if (jsonFault(text, quickJson) === null) {
    const value = parseWritten(text);
    return value === undefined ? undefined : new JsonText(text, hashJson(value), value);
  }
  if (text.length > threadJson.length) {
    throw new AppError('payload_too_complex', 'The JSON is longer than 64 MiB.');
  }
  const hash = await hashInThread(text);
  return hash === null ? undefined : new JsonText(text, hash);
}

const namesInThread = defineHeavy('page.names', namesIn);

/** See `namesIn`. */
export const namesOf = (html: string): Promise<Named> =>
  here(() => namesIn(html)) ?? namesInThread(html);

const windowsInThread = defineHeavy(
  'page.windows',
  ({ text, isPage }: { readonly text: string; readonly isPage: boolean }) =>
    windowsOf(text, isPage),
);

/** See `windowsOf`. */
export async function windowsIn(text: string, isPage: boolean): Promise<number[]> {
  const quick = isPage || text.length <= quickBody ? here(() => windowsOf(text, isPage)) : null;
  return quick ?? windowsInThread({ text, isPage });
}

/** Null for a page that is too heavy for the event loop. */
function here<T>(read: () => T): Promise<T> | null {
  try {
    return Promise.resolve(onEventLoop(read));
  } catch (error) {
    if (!(error instanceof PageTooHeavy)) throw error;
    return null;
  }
}
