/**
 * What an endpoint of the API is made of. Each stands in a file of its noun in `endpoints/` and so in `registry.ts`;
 * routing, the OpenAPI document, its page, and the tests of who may ask it follow.
 */
import { z } from 'zod';
import { type Actor, type Permission, reaches, type Touched } from '#lib/actor/model.ts';

export type { Touched } from '#lib/actor/model.ts';

import type { Runtime } from '#lib/runtime.ts';

/** What every request has beside its input. */
export interface ApiContext {
  readonly runtime: Pick<Runtime, 'db' | 'reads' | 'http' | 'secretBox' | 'config'>;
  readonly actor: Actor;
  /** Of this caller, this endpoint and the header `Idempotency-Key`. */
  readonly requestKey: string | undefined;
  readonly ifMatch: string | null;
  readonly ifNoneMatch: string | null;
}

/** An answer that is more than its JSON with status 200. */
export class Reply<T = unknown> {
  readonly body: T;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: T, status = 200, headers: Readonly<Record<string, string>> = {}) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const nothing = z.strictObject({});
type Nothing = typeof nothing;

interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

type Output =
  | z.ZodType
  | 'text/plain'
  | 'application/octet-stream'
  | 'application/yaml'
  /** A stream of rows. */
  | 'text/csv'
  | null;

/** As functions of `lib` hand it over. */
type Readable<T> = T extends readonly (infer E)[]
  ? readonly Readable<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Readable<T[K]> }
    : T;

type KeysOf<W> = W extends object ? keyof W : never;
type ValueAt<W, K> = W extends object ? (K extends keyof W ? W[K] : never) : never;
/** Names of properties that a value has and its schema has not, at any depth; never when there are none. */
type Untold<G, W> = unknown extends W
  ? never
  : G extends Reply<infer R>
    ? Untold<R, W>
    : G extends readonly (infer E)[]
      ? Untold<E, W extends readonly (infer F)[] ? F : never>
      : G extends object
        ? string extends keyof G
          ? never
          : { [K in keyof G]-?: K extends KeysOf<W> ? Untold<G[K], ValueAt<W, K>> : K }[keyof G]
        : never;

/** What `run` answers with. Null is the body of a 304. */
type Answer<O extends Output> = O extends z.ZodType
  ? Readable<z.output<O>> | Reply<Readable<z.output<O>> | null>
  : unknown;

interface Facts<O extends Output = Output> {
  /** `runs.launch`; the operation's id. */
  readonly id: string;
  readonly method: Method;
  /** Behind `/api/v1`, its parameters in braces. */
  readonly path: string;
  /** One line, in the imperative. */
  readonly summary: string;
  readonly permission: Permission;
  /** Of the JSON that is answered; a media type for a file; null for nothing. */
  readonly output: O;
  /** Of the body that is asked for; JSON unless said. */
  readonly bodyType?: 'application/yaml';
  /** Takes `Idempotency-Key`: sent again with the same key it does nothing more. */
  readonly isKeyed?: true;
  /** `required`: asks for `If-Match`. */
  readonly ifMatch?: 'required';
  /** How many ordinary requests it counts as, default 1. */
  readonly cost?: number;
  /** Beyond it a body is refused, bytes; default 1 MiB. */
  readonly mostBytes?: number;
}

export interface Endpoint extends Facts {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Null = it takes none. */
  readonly body: z.ZodType | null;
  readonly touches: (context: ApiContext, input: AnyInput) => Promise<Touched>;
  readonly run: (context: ApiContext, input: AnyInput) => Promise<unknown>;
}

/** As its own schemas have parsed it. */
type AnyInput = Input<never, never, never>;

/**
 * Declares an endpoint. `touches` says before anything is done which sources it is about; a token that is limited to
 * sources is refused where it says `all`, so a list narrows itself by `sees` instead.
 */
export function endpoint<
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodNull,
  const O extends Output = Output,
  R extends Answer<O> = Answer<O>,
>(
  definition: Facts<O> & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    readonly touches: (
      context: ApiContext,
      input: Input<z.output<P>, z.output<Q>, z.output<B>>,
    ) => Touched | Promise<Touched>;
    readonly run: (
      context: ApiContext,
      input: Input<z.output<P>, z.output<Q>, z.output<B>>,
    ) => Promise<R>;
  },
  /** Not given: asked for where an answer holds what its schema does not tell. */
  ..._untold: O extends z.ZodType
    ? [Untold<R, z.output<O>>] extends [never]
      ? []
      : [untold: Untold<R, z.output<O>>]
    : []
): Endpoint {
  const { touches, run } = definition;
  return {
    ...definition,
    params: definition.params ?? nothing,
    query: definition.query ?? nothing,
    body: definition.body ?? null,
    // The dispatcher hands over what these very schemas have parsed.
    touches: async (context, input) => touches(context, input),
    run: (context, input) => run(context, input),
  };
}

/** Whether the caller reaches all of these. */
export const sees = ({ actor }: Pick<ApiContext, 'actor'>, touched: Touched): boolean =>
  reaches(actor, touched);

/** An id in a path. */
export const id = z.string().min(1).max(36);

/** A page of a list; `next` and `previous` are given back as `cursor`. */
export const pageOf = <R extends z.ZodType>(row: R) =>
  z.object({
    rows: z.array(row),
    /** Rows that were looked at where a filter has no index; null where all were. */
    searched: z.int().nullable(),
    /** Among how many rows the page is sorted; null where among all. */
    sortedAmong: z.int().nullable(),
    next: z.string().nullable(),
    previous: z.string().nullable(),
  });

/** Rows a page has at most. */
export const limit = z
  .string()
  .regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .optional();
