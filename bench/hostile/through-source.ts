/** The whole way of an answer through a source type: fetched, hashed as for its record, and its links found. */

import { digest } from '#lib/canonical-json.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { unstoredItem } from '#lib/queue/enqueue/unstored-item.ts';
import { discoverItems, payloadOf } from '#lib/source-types/discover-items.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import type { StoredAnswer } from '#lib/source-types/source-type.ts';
import { pageTextOf } from '#lib/source-types/web/page-text.ts';

/** Reads the input as the product does; returns how it ended, in a word. Throws AppError alone. */
export type Parser = (input: Uint8Array) => Promise<string>;

export const host = 'http://hostile.test';
export const never = new AbortController().signal;

/** Answers everything but robots.txt with the body. */
const answering = (body: Uint8Array, headers: Readonly<Record<string, string>>): HttpClient => ({
  async request({ url, maxBytes = 32 * 1024 * 1024 }) {
    // As the client does.
    if (body.byteLength > maxBytes) throw new AppError('egress_too_large', 'It is too large.');
    const isRobots = url.endsWith('/robots.txt');
    return {
      status: isRobots ? 404 : 200,
      headers: isRobots ? {} : headers,
      body: isRobots ? new Uint8Array() : body,
      finalUrl: url,
      redirects: [],
      remoteAddress: null,
      httpVersion: null,
      timings: { totalMs: 0, firstByteMs: 0, connectMs: 0 },
      bytes: body.byteLength,
      wireBytes: body.byteLength,
    };
  },
  close: async () => undefined,
});

async function* answers(payload: string): AsyncGenerator<StoredAnswer> {
  const fetchedAt = '2026-01-30T09:15:07.123Z';
  yield {
    payload,
    contentType: 'application/json',
    requestUri: `${host}/`,
    statusCode: 200,
    fetchedAt,
  };
}

export interface Source {
  readonly type: string;
  readonly resourceType: string;
  readonly settings: object;
  readonly contentType: string;
  /** What an earlier answer held. */
  readonly before?: string;
  /** The items that are read of what is stored, by their type. */
  readonly entries?: string;
}

export const throughSource =
  ({ type: typeId, resourceType, settings, contentType, before, entries }: Source): Parser =>
  async (body) => {
    const type = getSourceType(typeId);
    const context = {
      sourceName: 'hostile',
      settings: type.settingsSchema.parse(settings),
      secrets: {},
    };
    const item = {
      ...unstoredItem({
        sourceSystem: typeId,
        sourceName: 'hostile',
        resourceType,
        resourceId: 'Hostile',
        requestUri: `${host}/`,
        priority: 10,
      }),
      claimedAt: '2026-01-31T09:15:07.123Z',
    };
    const fetching = {
      ...context,
      http: answering(body, { 'content-type': contentType }),
      signal: never,
      politePause: async () => undefined,
      ...(before === undefined ? {} : { stored: () => answers(before) }),
    };
    const outcome = await type.fetch(item, fetching);
    if (outcome.kind === 'error') return outcome.code;
    if (outcome.kind !== 'fetched') return outcome.kind;
    if (outcome.text !== null) await digest(outcome.text);
    if (outcome.extractsText && outcome.text !== null) await pageTextOf(outcome.text);
    const { items } = await discoverItems(item, payloadOf(outcome), { type, context });
    const listed = items.filter(({ resourceType }) => resourceType === entries).slice(0, 50);
    if (listed.length === 0 || !type.batch) return outcome.kind;
    const stored = () => answers(outcome.json?.text ?? JSON.stringify(outcome.payload));
    await type.batch.fetch(listed.map(unstoredItem), { ...fetching, stored });
    return `${outcome.kind}, and its entries`;
  };
