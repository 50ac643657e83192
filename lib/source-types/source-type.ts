/**
 * What a source type is: one folder with four parts (settings schema, seeding, connector,
 * discovery) that exports one `SourceType`. The form, the command and the docs follow from its
 * schemas; see `types.ts`.
 */
import type { z } from 'zod';
import type { Instant } from '#db/schema.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import type { ErrorCode } from '#lib/errors/codes.ts';
import type { BudgetLeft } from '#lib/hosts/budget.ts';
import type { JsonObject, WrittenJson } from '#lib/json.ts';
import type { JsonText } from '#lib/json-text.ts';
import type { FailingAnswer, NewWorkItem, Validators, WorkItem } from '#lib/queue/model.ts';
import type { LeaveOut, LeftOutReason } from './left-out.ts';
import type { RobotsCache } from './web/robots.ts';

/** Settings every type has, in YAML names. Times are seconds, as in the YAML. */
export interface CommonSettings {
  /** Seconds between two requests of the whole fleet. */
  readonly rate_limit_delay: number;
  /** Seconds for one whole request. */
  readonly timeout: number;
  /** Attempts after the first. */
  readonly max_retries: number;
  readonly user_agent?: string | undefined;
  /** Instead of what each alert rule about content says. */
  readonly hold_suspicious?: 'always' | 'never' | undefined;
  /** The last day on which its secrets hold, UTC; of types that have secrets. */
  readonly secrets_valid_until?: string | undefined;
  /** By which robots.txt and pages call it, where that is not in its user agent. */
  readonly robots_token?: string | undefined;
}

export interface SourceContext<S> {
  readonly sourceName: string;
  readonly settings: S;
  readonly secrets: Readonly<Record<string, string>>;
  /** Sent with requests where neither source nor item names one; absent where none are sent. */
  readonly userAgent?: string | undefined;
}

/** A run that is launched from the seeds. */
export interface Launch {
  readonly at: Instant;
  /** Beginning of the last run in which nothing of the source failed; null before the first. */
  readonly changesFrom: Instant | null;
}

export interface SeedingContext<S> extends SourceContext<S> {
  /** Absent where seeds are only looked at. */
  readonly launch?: Launch;
}

export interface FetchContext<S> extends SourceContext<S> {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  /** Least time between two requests of one fetch (continuations), ms; await before each but the first. */
  readonly politePause: () => Promise<void>;
  /**
   * Reports the delay that the site itself asks for between two requests (`Crawl-delay`), ms; null = none.
   * The fleet keeps it from now on; an item that was claimed without it goes back. Absent = not kept.
   */
  readonly keepDistance?: (delayMs: number | null) => Promise<void>;
  /** The same of the host that a redirect has led to; throws `redirect_host_waits` when it came too soon. */
  readonly keepDistanceThere?: (delayMs: number | null) => Promise<void>;
  /** What the host last reported as left of our budget there; absent or null = nothing is known. */
  readonly budget?: () => Promise<BudgetLeft | null>;
  /** What was stored of a resource of this source, the newest first; absent = nothing is kept here. */
  readonly stored?: (resource: Resource) => AsyncIterable<StoredAnswer>;
  /** Keeps robots.txt files; absent = in this process's memory. */
  readonly robots?: RobotsCache;
}

export type Resource = Pick<WorkItem, 'resourceType' | 'resourceId'>;

export interface StoredAnswer {
  /** As it was stored: JSON, or text as received. */
  readonly payload: string;
  readonly contentType: string | null;
  readonly requestUri: string;
  readonly statusCode: number;
  /** ISO instant. */
  readonly fetchedAt: string;
}

interface Leading {
  /** What it leads to beside what stands in its payload; default nothing. */
  readonly leadsTo?: readonly DiscoveredItem[];
}

/** When an item is to be fetched again; absent = by how often it was found changed. */
interface Rhythm {
  /** The source's own rhythm, ms; null = when its change is announced (`revision`, `changedAt`), and not before. */
  readonly revisitMs?: number | null;
}

export interface FetchFacts {
  /** What was asked, for the record. */
  readonly requestUri: string;
  readonly requestMethod: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly statusCode: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly durationMs: number;
  /** Final URL, redirects, bytes, timings; shown on the attempt. */
  readonly details: JsonObject;
}

/** What came with a payload, as far as its links depend on it; without details, where it came from is the item's address. */
export type PayloadAnswer = Pick<FetchFacts, 'responseHeaders'> &
  Partial<Pick<FetchFacts, 'details'>>;

/** Of an outcome without a request of its own: it follows from a response to another item, as the details say. */
export interface SharedFacts {
  readonly statusCode: null;
  readonly durationMs: 0;
  readonly details: JsonObject;
}

/** The body of an answer, as it was received. */
export interface Received {
  /** Without transfer and content codings. */
  readonly body: Uint8Array;
  /** By which the payload was read of it, as the WHATWG names it; null when it is no text, or the payload was made of it. */
  readonly charset: string | null;
}

export type FetchOutcome =
  | (Rhythm &
      Leading & {
        readonly kind: 'fetched';
        readonly facts: FetchFacts;
        /** Parsed JSON, or `{ content_type, url, text }` for other text; null beside `json`. */
        readonly payload: WrittenJson;
        /** JSON as its text, which is kept as it is; without a value, all of it counts as content. */
        readonly json?: JsonText;
        /** Absent when the payload is a part of an answer to several items, or made of several answers. */
        readonly received?: Received;
        /** Text exactly as received when it was not JSON, else null; empty for what is no text. */
        readonly text: string | null;
        readonly contentType: string;
        /** The part whose change counts as a change (without counters and clocks of the source). */
        readonly projection: WrittenJson;
        readonly validators: Validators;
        /** Whether title and main text of the page are stored beside it; default not. */
        readonly extractsText?: boolean;
      })
  | (Rhythm &
      Leading & {
        readonly kind: 'unchanged';
        readonly facts: FetchFacts | SharedFacts;
        readonly validators: Validators;
      })
  /**
   * The item is another name of a resource (a redirect, a merged id): it completes without a record
   * and its target is enqueued at the same depth, so that a resource has one record. A null target is
   * one the source's rules leave out (another namespace).
   */
  | (Leading & {
      readonly kind: 'alias';
      readonly facts: FetchFacts | SharedFacts;
      readonly canonical: DiscoveredItem | null;
      /** What was sent all the same, whose links count; default nothing. */
      readonly payload?: WrittenJson;
      /** By which the next fetch may see that it still leads there; absent = none. */
      readonly validators?: Validators;
    })
  | {
      readonly kind: 'error';
      readonly facts: FetchFacts | null;
      readonly code: ErrorCode;
      readonly message: string;
      /** The source's own wish, ms; wins over backoff and delays the host. */
      readonly retryAfterMs: number | null;
      /** Absent when nothing was answered. */
      readonly answer?: FailingAnswer | undefined;
    };

/** What discovery yields; the pipeline adds source, run, parent and depth. */
export type DiscoveredItem = Pick<
  NewWorkItem,
  | 'resourceType'
  | 'resourceId'
  | 'requestUri'
  | 'requestMethod'
  | 'requestHeaders'
  | 'requestBody'
  | 'metadata'
  | 'priority'
  | 'changedAt'
  | 'shares'
  | 'revision'
  | 'onlyKnown'
> & {
  /** False for items that are not a link hop (continuations, result pages); default true. */
  readonly isHop?: boolean;
};

/** How the form draws one field; everything else comes from the zod schema. */
export interface FieldHint {
  readonly label: string;
  readonly help: string;
  readonly widget?:
    | 'text'
    | 'url'
    | 'email'
    | 'number'
    | 'seconds'
    | 'switch'
    | 'lines'
    | 'area'
    | 'headers'
    | 'select'
    | 'date'
    | 'secret';
  readonly placeholder?: string;
  readonly group?: string;
  /** Drawn only while the field of the path has one of these values; absent = always. */
  readonly when?: { readonly path: string; readonly is: readonly string[] };
}

/** How the form draws a secret. */
export interface SecretField extends FieldHint {
  readonly required: boolean;
  /** Sent in Base64 or a form and never as it is: it may hold letters beyond ASCII. */
  readonly isEncoded?: true;
}

export interface SourceTemplate {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly name: string;
  /** In YAML names; parsed by the type's schemas. */
  readonly settings: JsonObject;
  readonly seeds: readonly JsonObject[];
}

export interface SourceBatch<S> {
  /** Most items that are fetched together, by their kind; 1 = each by itself. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The same for every other kind. */
  readonly otherSize: number;
  /**
   * The outcome of each item, in the order given; what fails one item fails no other. Null = it was
   * not asked for, because the source is in trouble: it goes back as if it had not been claimed.
   */
  fetch(items: readonly WorkItem[], context: FetchContext<S>): Promise<(FetchOutcome | null)[]>;
}

export interface SourceType<S extends CommonSettings = CommonSettings, Seed = unknown> {
  /** `source_system` of its items, `type` in YAML. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Strict object schema in YAML names, with defaults; no secrets. */
  readonly settingsSchema: z.ZodType<S>;
  /** Secrets by name (environment, form); stored encrypted, never shown. */
  readonly secretFields: Readonly<Record<string, SecretField>>;
  /** Hints by dotted path of the settings. */
  readonly fieldHints: Readonly<Record<string, FieldHint>>;
  /** Schema of one seed in YAML names (without `source`). */
  readonly seedSchema: z.ZodType<Seed>;
  /** Hints by dotted path of one seed. */
  readonly seedHints: Readonly<Record<string, FieldHint>>;
  readonly templates: readonly SourceTemplate[];
  /** The only origins its secrets are sent to. */
  secretOrigins(settings: S): readonly string[];
  /**
   * The seed, in YAML names, that asks for one thing by what a person calls it: an address, an id, a title. Or, as a
   * sentence, why it is none of this source. Absent = nothing can be asked for by itself.
   * @param source its seeds say of which kind their items are
   */
  seedOf?(
    text: string,
    source: { readonly settings: S; readonly seeds: readonly JsonObject[] },
  ): JsonObject | string;
  /** Why the rules of the source would leave out an address that was found; null or absent = they would not. */
  leavesOut?(address: string, settings: S): LeftOutReason | null;
  /** Items of one seed; pure. */
  seedItems(context: SeedingContext<S>, seed: Seed): NewWorkItem[];
  fetch(item: WorkItem, context: FetchContext<S>): Promise<FetchOutcome>;
  /**
   * Whether `discover` takes numbers by their digits, as `WrittenNumber` where a double would write them otherwise;
   * else it is given doubles.
   */
  readonly readsDigits?: boolean;
  /** Present when one request can ask for many items; workers then claim and fetch them together. */
  readonly batch?: SourceBatch<S>;
  /**
   * Items found in a payload; pure. `depth` limits are the pipeline's.
   * @param answer what came with the payload; absent when a stored payload is read again
   * @param leave notes what it leads to and is left out, by why
   */
  discover(
    item: WorkItem,
    payload: WrittenJson,
    context: SourceContext<S>,
    answer?: PayloadAnswer,
    leave?: LeaveOut,
  ): DiscoveredItem[];
  /**
   * Whether what stands in an unchanged answer is looked for again, however deep it is: it may have been left out, or
   * not been asked for when the answer was read. Absent = only where its links may be followed.
   */
  rereadsUnchanged?(settings: S): boolean;
  /** Greatest link depth to follow (0 = seeds only); null = not limited by the type. */
  maxDepth(settings: S): number | null;
}
