/** Everything in the product that reads a stranger's text, behind one call each. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Credential, scrubbed } from '#lib/egress/credential.ts';
import { decompress } from '#lib/egress/decompress.ts';
import { RedirectCookies } from '#lib/egress/redirect-cookies.ts';
import { retryAfterMs } from '#lib/egress/retry-after.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { comparePayloads } from '#lib/records/diff.ts';
import { inSteps } from '#lib/records/viewer/in-steps.ts';
import { redactSecrets } from '#lib/redact-secrets.ts';
import { matcherOf, patternFault } from '#lib/source-types/http/patterns.ts';
import { bodyType, parameterOf, withParameter } from '#lib/source-types/http/request-parts.ts';
import { isWanted } from '#lib/source-types/http/site-rules.ts';
import { siteSettings } from '#lib/source-types/http/site-settings.ts';
import { expandTemplate, templateFault } from '#lib/source-types/http/template.ts';
import { followable } from '#lib/source-types/web/addresses.ts';
import { isBinary, mediaTypeOf } from '#lib/source-types/web/body.ts';
import { readFeed } from '#lib/source-types/web/feed.ts';
import { budgetOf, linkOf, validatorsOf } from '#lib/source-types/web/headers.ts';
import { decodeBody, namesOf, windowsIn } from '#lib/source-types/web/heavy-reading.ts';
import {
  headerForbidsLinks,
  metaForbidsLinks,
  refreshTarget,
} from '#lib/source-types/web/page-directives.ts';
import { judgeRobots } from '#lib/source-types/web/robots.ts';
import { selectorFault } from '#lib/source-types/web/selector.ts';
import { readSourcesYaml } from '#lib/sources/yaml.ts';
import { host, never, type Parser, type Source, throughSource } from './through-source.ts';

const discovery = { enabled: true, links: ['a[href]', '$..url'], max_depth: 9 };
const web = (resourceType: string, contentType: string, settings: object = {}): Source => ({
  type: 'http',
  resourceType,
  settings: { discovery, ...settings },
  contentType,
});

/** A list of an API, its entries as items. */
const api = (paging: object): Source => ({
  ...web('list', 'application/json', {
    response: 'json',
    paging: { ...paging, max_pages: 0 },
    entries: { key: '$..id', rows: '$[*]' },
    errors: { when: '$..error', message: '$..message' },
  }),
  before: '[{"id":1},{"id":"x"}]',
  entries: 'entry',
});

const inTurn =
  (all: readonly Parser[]): Parser =>
  async (input) => {
    let ended = 'none';
    for (const parse of all) {
      // As answers come: each in a turn of its own.
      await nextTurn();
      ended = await parse(input).catch((error: unknown) => {
        if (error instanceof AppError) return error.code;
        throw error;
      });
    }
    return ended;
  };

const credential: Credential = {
  origins: [host],
  headers: { authorization: 'Bearer s3cr3t/with"quotes' },
  secrets: ['s3cr3t/with"quotes', '00000000', '&lt;&amp;%7E'],
};

const rules = siteSettings.parse({
  include: ['/*a*b*c', 're:^/(a|b)*c', '/'],
  exclude: ['*z*'],
  skip_extensions: ['pdf'],
});

const text = (input: Uint8Array) => new TextDecoder().decode(input);
/** What a server may send in headers, Node's limit on them all being 64 KiB. */
const header = (input: Uint8Array) =>
  new TextDecoder('latin1').decode(input.subarray(0, 64 * 1024));

/** As it comes to a page: piece by piece. */
async function received(input: Uint8Array): Promise<string> {
  const decoder = new TextDecoder();
  let read = '';
  for (let at = 0; at < input.length; at += piece) {
    read += decoder.decode(input.subarray(at, at + piece), { stream: true });
    await nextTurn();
  }
  return read;
}
const piece = 1024 * 1024;

/** What is read of longer ones is the same as of these, bytes; absent = all. */
export const mostRead: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['site rules', 'selectors', 'cookies', 'directives', 'headers', 'address', 'redaction'].map(
      (name) => [name, 64 * 1024],
    ),
  ),
  parameters: 100_000,
  robots: 500 * 1024,
  yaml: 2_000_000,
};

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
  'page text': throughSource(web('document', 'text/html', { site: { extract_text: true } })),
  api: throughSource(api({ by: 'next', field: '$..next' })),
  'other pagings': inTurn(
    [
      { by: 'cursor', field: '$..cursor', parameter: 'page.cursor', put_in: 'body' } as const,
      { by: 'offset', rows: '$[*]', stop_field: '$.total', stop_means: 'rows' } as const,
      { by: 'last_row', field: '$..id' } as const,
      { by: 'page', field: '$[*]', stop_field: '$.more' } as const,
    ].map((paging) => throughSource(api(paging))),
  ),
  'JSON Lines': throughSource({
    ...web('list', 'application/x-ndjson', { entries: { key: '$.id' } }),
    before: '[{"id":1},{"id":"x"}]',
    entries: 'entry',
  }),
  async canonicals(input) {
    const page = text(input);
    await namesOf(page);
    return (await windowsIn(page, true)).length === 0 ? 'empty' : 'read';
  },
  async charsets(body) {
    for (const charset of ['utf-16', 'iso-2022-jp', 'gb18030', 'big5', 'euc-kr', 'shift_jis', '']) {
      const answer = { headers: { 'content-type': `text/plain; charset=${charset}` }, body };
      if (!isBinary(answer)) await decodeBody(answer);
    }
    return 'read';
  },
  async scrubbing(body) {
    const { removed } = scrubbed({ headers: { a: header(body) }, body }, credential, host);
    return removed === 0 ? 'clean' : 'scrubbed';
  },
  async 'site rules'(input) {
    const written = header(input);
    const url = followable(written, `${host}/`, []);
    if (url !== null) isWanted(url, rules, () => undefined);
    const pattern = written.slice(0, 500);
    if (patternFault(pattern) === null) matcherOf(pattern)(new URL(url ?? host));
    return url === null ? 'refused' : 'judged';
  },
  async selectors(input) {
    const written = header(input);
    const faults = [selectorFault(written), selectorFault(`$${written}`), templateFault(written)];
    if (faults[2] === null) expandTemplate(written);
    return faults.some((fault) => fault === null) ? 'usable' : 'refused';
  },
  async parameters(input) {
    const body = text(input.subarray(0, 100_000));
    const parts = { url: `${host}/?${encodeURI(body.toWellFormed()).slice(0, 1900)}`, body };
    const value = { text: '9007199254740993', isNumber: true };
    for (const place of ['address', 'body'] as const) {
      parameterOf(parts, 'page.offset', place);
      withParameter(parts, '__proto__.a', value, place);
    }
    return bodyType(body);
  },
  async cookies(input) {
    const cookies = new RedirectCookies();
    const url = new URL(`${host}/a/b`);
    cookies.keep(url, header(input).split('\n'));
    return Object.keys(cookies.headersFor(url, 'a=b')).length === 0 ? 'none' : 'kept';
  },
  async directives(input) {
    const value = header(input);
    headerForbidsLinks(value, `Hostile/1 ${value.slice(0, 300)}`);
    metaForbidsLinks('robots', value, 'Hostile/1');
    mediaTypeOf({ headers: { 'content-type': value } });
    return refreshTarget(value) === null ? 'none' : 'a target';
  },
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
    const after = await received(input);
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
