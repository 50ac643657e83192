/** Everything in the product that reads a stranger's text, behind one call each. */

import { digest } from '#lib/canonical-json.ts';
import { decompress } from '#lib/egress/decompress.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { retryAfterMs } from '#lib/egress/retry-after.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { unstoredItem } from '#lib/queue/enqueue/unstored-item.ts';
import { comparePayloads } from '#lib/records/diff.ts';
import { inSteps } from '#lib/records/viewer/in-steps.ts';
import { redactSecrets } from '#lib/redact-secrets.ts';
import { discoverItems, payloadOf } from '#lib/source-types/discover-items.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import { followable } from '#lib/source-types/web/addresses.ts';
import { readFeed } from '#lib/source-types/web/feed.ts';
import { budgetOf, linkOf, validatorsOf } from '#lib/source-types/web/headers.ts';
import { judgeRobots } from '#lib/source-types/web/robots.ts';
import { readSourcesYaml } from '#lib/sources/yaml.ts';

/** Reads the input as the product does; returns how it ended, in a word. Throws AppError alone. */
export type Parser = (input: Uint8Array) => Promise<string>;

const host = 'http://hostile.test';
const never = new AbortController().signal;

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

interface Source {
  readonly type: string;
  readonly resourceType: string;
  readonly settings: object;
  readonly contentType: string;
}

/** The whole way of an answer: fetched, hashed as for its record, and its links found. */
const throughSource =
  ({ type: typeId, resourceType, settings, contentType }: Source): Parser =>
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
    };
    const outcome = await type.fetch(item, {
      ...context,
      http: answering(body, { 'content-type': contentType }),
      signal: never,
      politePause: async () => undefined,
    });
    if (outcome.kind === 'error') return outcome.code;
    if (outcome.kind !== 'fetched') return outcome.kind;
    if (outcome.text !== null) await digest(outcome.text);
    await discoverItems(item, payloadOf(outcome), { type, context });
    return outcome.kind;
  };

const discovery = { enabled: true, links: ['a[href]', '$..url'], max_depth: 9 };
const web = (resourceType: string, contentType: string): Source => ({
  type: 'http',
  resourceType,
  settings: { discovery },
  contentType,
});

const text = (input: Uint8Array) => new TextDecoder().decode(input);
/** What a server may send in headers, Node's limit on them all being 64 KiB. */
const header = (input: Uint8Array) =>
  new TextDecoder('latin1').decode(input.subarray(0, 64 * 1024));

export const parsers: Readonly<Record<string, Parser>> = {
  html: throughSource(web('document', 'text/html')),
  json: throughSource(web('document', 'application/json')),
  text: throughSource(web('document', 'text/plain; charset=gb18030')),
  sitemap: throughSource(web('sitemap', 'application/xml')),
  wiki: throughSource({
    type: 'mediawiki',
    resourceType: 'page',
    settings: { api_url: `${host}/api.php`, email: 'op@example.org', rate_limit_delay: 0 },
    contentType: 'application/json',
  }),
  openalex: throughSource({
    type: 'openalex',
    resourceType: 'search',
    settings: { base_url: host, rate_limit_delay: 0 },
    contentType: 'application/json',
  }),
  async feed(body) {
    return (await readFeed({ headers: {}, body, finalUrl: `${host}/` })) === null ? 'none' : 'read';
  },
  async robots(input) {
    const entry = { status: 200, body: text(input.subarray(0, 500 * 1024)) };
    const path = `${host}/${'a'.repeat(1900)}`;
    return judgeRobots(entry, `${host}/robots.txt`, path, 'Hostile/1').kind;
  },
  async headers(input) {
    const value = header(input);
    const headers = {
      'retry-after': value,
      date: value,
      'x-ratelimit-remaining': value,
      etag: value,
    };
    retryAfterMs(headers);
    budgetOf(headers);
    validatorsOf({ status: 200, headers }, { etag: null, lastModified: null });
    return linkOf(value, 'next') === null ? 'no link' : 'link';
  },
  async address(input) {
    return followable(header(input), `${host}/`, ['utm_*']) === null ? 'refused' : 'followed';
  },
  async redaction(input) {
    redactSecrets(header(input));
    return 'redacted';
  },
  async yaml(input) {
    await readSourcesYaml(text(input.subarray(0, 2_000_000)));
    return 'read';
  },
  /** In the browser, where the viewer compares two versions. */
  async diff(input) {
    const after = text(input);
    const { changes } = await inSteps(comparePayloads(after.slice(1), after), never);
    return changes.length === 0 ? 'same' : 'different';
  },
  async encoding(input) {
    const codings = ['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip, br'];
    for (const coding of codings) {
      await decompress(input, coding, 32 * 1024 * 1024).catch(() => undefined);
    }
    return 'undone';
  },
};
