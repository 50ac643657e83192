/** Fetches a sample with values that need not be saved, and shows what happened. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import type { SourceInput } from '#lib/config/model.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '#lib/egress/http-client.ts';
import { AppError, type PublicError } from '#lib/errors/app-error.ts';
import { unstoredItem } from '#lib/queue/enqueue/unstored-item.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import { redactHeaders } from '#lib/redact-secrets.ts';
import { discoverItems, payloadOf } from '#lib/source-types/discover-items.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';
import { mediaTypeOf, textOf } from '#lib/source-types/web/body.ts';
import { requireSource } from './read-sources.ts';
import { isReference } from './secret-references.ts';
import { dereferenced, readSecrets, refuseMovedSecrets, type SecretBox } from './secrets.ts';
import { type CheckedInput, checkSourceInput } from './source-input.ts';
import {
  candidatesOf,
  errorOf,
  outcomeWord,
  type Sampled,
  type SampledItem,
  type SampleOutcome,
  sampleMore,
} from './test-sample.ts';

export interface TestFetch {
  /** The item that stood for the source: the first one of its seeds. */
  readonly item: {
    readonly resourceType: string;
    readonly resourceId: string;
    readonly requestUri: string;
  };
  /** The last exchange; null when nothing was sent or nothing came back. */
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  } | null;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly finalUrl: string;
    readonly durationMs: number;
    readonly bytes: number;
    readonly contentType: string;
    /** At most 64 KiB of text. */
    readonly excerpt: string;
    readonly truncated: boolean;
  } | null;
  /** Requests that were sent, robots.txt and continuations included. */
  readonly requests: number;
  readonly outcome: SampleOutcome;
  /** What the item is another name of. */
  readonly aliasOf: string | null;
  readonly error: PublicError | null;
  readonly discovered: {
    readonly total: number;
    /** The first 20. */
    readonly sample: readonly { readonly resourceType: string; readonly resourceId: string }[];
  };
  /** Up to four more items, from the seeds and from what was discovered; none when the first failed. */
  readonly more: readonly SampledItem[];
}

export interface TestSourceOptions {
  readonly session: Db;
  readonly http: HttpClient;
  readonly secretBox: SecretBox;
  /** Of a saved source: its stored secrets stand in for those that are not given. */
  readonly sourceId?: string;
  readonly signal?: AbortSignal;
}

const discoveredShown = 20;

/**
 * Throws `input_invalid` for values that could not be saved either, and when there is no seed to
 * take a sample from. What the source or the network answers is part of the result.
 */
export async function testSource(
  actor: Actor,
  input: SourceInput,
  options: TestSourceOptions,
): Promise<TestFetch> {
  requirePermission(actor, 'sources:test');
  requireSources(actor, [input.name]);
  const checked = checkSourceInput(input);
  const { type, name, settings, seeds, secrets: given } = checked;
  // Where it stands is for those to choose who may set it; else a test would send it anywhere.
  if (Object.values(given).some(isReference)) requirePermission(actor, 'sources:secrets');
  const stored = options.sourceId ? await storedSecrets(options.sourceId, checked, options) : {};
  const merged = Object.entries({
    ...stored,
    ...dereferenced(given, options.secretBox),
  }).filter(([, value]) => value !== '');
  const { userAgent } = options.http;
  const context = { sourceName: name, settings, secrets: Object.fromEntries(merged), userAgent };
  const [first, ...otherSeeds] = seeds.flatMap((seed) => type.seedItems(context, seed));
  if (!first) {
    throw new AppError('input_invalid', 'There is no seed to take a sample from.', {
      fields: { seeds: 'give at least one seed' },
    });
  }
  await recordTest(actor, checked, first.requestUri, options);
  const recorder = recording(options.http);
  const item = unstoredItem(first);
  const limitMs = settings.timeout * 2000 + 30_000;
  const fetchSample = async (sample: WorkItem, deadline: AbortSignal): Promise<Sampled> => {
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    const fetching = type.fetch(sample, {
      ...context,
      http: recorder.client,
      signal,
      politePause: () => delay(settings.rate_limit_delay * 1000, undefined, { signal }),
    });
    const outcome = await fetching.catch((error: unknown): FetchOutcome => {
      if (!deadline.aborted) throw error;
      const message = `The sample was not complete after ${limitMs / 1000} s, polite pauses included.`;
      return { kind: 'error', facts: null, code: 'egress_timeout', message, retryAfterMs: null };
    });
    const { payload } = outcome.kind === 'alias' ? outcome : { payload: undefined };
    const sent = outcome.kind === 'fetched' ? outcome : payload === undefined ? null : { payload };
    const answer = outcome.facts?.statusCode == null ? undefined : outcome.facts;
    const { items } =
      sent === null
        ? { items: [] }
        : await discoverItems(sample, payloadOf(sent), { type, context }, answer);
    return { outcome, found: items };
  };
  const { outcome, found } = await fetchSample(item, AbortSignal.timeout(limitMs));
  const exchange = exchangeOf(recorder.exchangeOf(item.requestUri), outcome);
  const more =
    outcome.kind === 'error'
      ? []
      : await sampleMore(candidatesOf(first, otherSeeds, found), fetchSample, () =>
          delay(settings.rate_limit_delay * 1000, undefined, { signal: options.signal }),
        );
  return {
    item: {
      resourceType: item.resourceType,
      resourceId: item.resourceId,
      requestUri: item.requestUri,
    },
    ...exchange,
    requests: recorder.count(),
    outcome: outcomeWord(outcome),
    aliasOf: outcome.kind === 'alias' ? (outcome.canonical?.resourceId ?? null) : null,
    error: outcome.kind === 'error' ? errorOf(outcome) : null,
    discovered: summaryOf(found),
    more,
  };
}

/** Before anything is sent: where to, and nothing else of what was typed. */
async function recordTest(
  actor: Actor,
  { type, name }: CheckedInput,
  requestUri: string,
  { session, sourceId }: TestSourceOptions,
): Promise<void> {
  const origin = URL.canParse(requestUri) ? new URL(requestUri).origin : null;
  await session.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'source.test',
      targetType: 'source',
      targetId: sourceId ?? null,
      summary: `Sent test requests of source ${name}${origin === null ? '' : ` to ${origin}`}`,
      after: { type: type.id, saved: sourceId !== undefined },
    }),
  );
}

async function storedSecrets(
  sourceId: string,
  checked: CheckedInput,
  { session, secretBox }: TestSourceOptions,
): Promise<Record<string, string>> {
  const source = await requireSource(session, sourceId);
  refuseMovedSecrets(source, checked);
  return readSecrets(session, source.sourceId, secretBox);
}

const summaryOf = (found: Sampled['found']): TestFetch['discovered'] => ({
  total: found.length,
  sample: found
    .slice(0, discoveredShown)
    .map(({ resourceType, resourceId }) => ({ resourceType, resourceId })),
});

const excerptLength = 64 * 1024;
/** More than enough for it in any charset. */
const excerptBytes = 6 * excerptLength;

interface RecordedExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse | null;
}

/** The same client, remembering its latest exchange, and those of an address. */
function recording(http: HttpClient) {
  let last: RecordedExchange | null = null;
  const byAddress = new Map<string, RecordedExchange>();
  let count = 0;
  const client: HttpClient = {
    ...(http.userAgent === undefined ? {} : { userAgent: http.userAgent }),
    async request(request) {
      count += 1;
      last = { request, response: null };
      const response = await http.request(request);
      last = { request, response };
      byAddress.set(request.url, last);
      return response;
    },
    close: () => http.close(),
  };
  return {
    client,
    /** The latest with the address; where that was not asked, the latest of all. */
    exchangeOf: (url: string) => byAddress.get(url) ?? (last as RecordedExchange | null),
    count: () => count,
  };
}

/** From the wire where there was one; the test source has none, so its facts and payload stand in. */
function exchangeOf(
  last: RecordedExchange | null,
  outcome: FetchOutcome,
): Pick<TestFetch, 'request' | 'response'> {
  if (!last) return exchangeOfFacts(outcome);
  const { request, response } = last;
  return {
    request: {
      method: request.method ?? 'GET',
      url: request.url,
      headers: redactHeaders(request.headers ?? {}),
    },
    response: response && {
      status: response.status,
      headers: redactHeaders(response.headers),
      finalUrl: response.finalUrl,
      durationMs: Math.round(response.timings.totalMs),
      bytes: response.bytes,
      contentType: mediaTypeOf(response),
      ...excerptOf(textOf({ ...response, body: response.body.subarray(0, excerptBytes) })),
    },
  };
}

function exchangeOfFacts(outcome: FetchOutcome): Pick<TestFetch, 'request' | 'response'> {
  const { facts } = outcome;
  // Nothing was asked for it.
  if (!facts || facts.statusCode === null) return { request: null, response: null };
  const text = outcome.kind === 'fetched' ? JSON.stringify(outcome.payload, null, 2) : '';
  return {
    request: { method: facts.requestMethod, url: facts.requestUri, headers: facts.requestHeaders },
    response: {
      status: facts.statusCode,
      headers: facts.responseHeaders,
      finalUrl: facts.requestUri,
      durationMs: facts.durationMs,
      bytes: Buffer.byteLength(text),
      contentType: mediaTypeOf({ headers: facts.responseHeaders }),
      ...excerptOf(text),
    },
  };
}

const excerptOf = (text: string) => ({
  excerpt: text.slice(0, excerptLength),
  truncated: text.length > excerptLength,
});
