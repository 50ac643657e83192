/** One request of a program, from its headers to its answer: who asks, may they, what do they ask, do it. */
import { z } from 'zod';
import { actorOfToken } from '#lib/access/api-tokens.ts';
import { recordBadToken, recordRefusal } from '#lib/access/record-refusal.ts';
import { charge, countedStream, type RequestLimits } from '#lib/access/request-limits.ts';
import { isStillAllowed, whileAllowed } from '#lib/access/still-allowed.ts';
import { type Actor, sightOf } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { AppError, parseInput, toPublicError } from '#lib/errors/app-error.ts';
import { statusOf } from '#lib/errors/http-status.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { newId } from '#lib/ids.ts';
import type { Runtime } from '#lib/runtime.ts';
import { readBody } from './body.ts';
import { type ApiContext, type Endpoint, Reply, sees } from './endpoint.ts';
import { matchEndpoint } from './registry.ts';

export const apiBase = '/api/v1';

export interface Caller {
  readonly runtime: Pick<Runtime, 'db' | 'reads' | 'http' | 'secretBox' | 'config' | 'log'>;
  readonly limits: RequestLimits;
  /** Where the request came from. */
  readonly address: string | null;
  /** Who asks where it is no program that shows a token: a command with the database at hand. */
  readonly actor?: Actor;
}

/** Answers a request whose path begins with `/api/v1`. Never throws; what fails is a problem of RFC 9457. */
export async function answerApi(request: Request, caller: Caller): Promise<Response> {
  try {
    const response = await answer(request, caller);
    if (request.method !== 'HEAD') return response;
    // Nobody reads it, or gives it up: what makes it would stay open.
    await response.body?.cancel();
    return new Response(null, response);
  } catch (error) {
    return problem(error, caller.runtime.log);
  }
}

async function answer(request: Request, caller: Caller): Promise<Response> {
  const actor = caller.actor ?? (await authenticate(request, caller));
  try {
    return await answerTo(actor, request, caller);
  } catch (error) {
    if (error instanceof AppError && error.code === 'forbidden') {
      await noteRefusal(caller, (db) => recordRefusal(db, actor, error.message));
    }
    throw error;
  }
}

/** The refusal stands, whether it could be recorded or not. */
async function noteRefusal(
  { runtime: { db, log } }: Caller,
  record: (to: Runtime['db']) => Promise<void>,
): Promise<void> {
  try {
    await record(db);
  } catch (err) {
    log.error({ err }, 'a refusal could not be recorded');
  }
}

async function answerTo(
  actor: Actor,
  request: Request,
  { runtime, limits, address }: Caller,
): Promise<Response> {
  const url = new URL(request.url);
  const found = matched(request.method, url.pathname);
  if ('allowed' in found) {
    const allow = found.allowed.join(', ');
    const refused = new AppError('method_not_allowed', `This path takes ${allow}.`);
    return problem(refused, runtime.log, { allow });
  }
  const { endpoint, params } = found;
  const party = { caller: `token ${actor.token?.id ?? actor.email}`, address };
  charge(limits, party, endpoint.cost);
  requirePermission(actor, endpoint.permission);
  const input = {
    params: parseInput(endpoint.params, params, 'The path is not right.'),
    query: parseInput(endpoint.query, queryOf(url), 'The parameters are not right.'),
    body: endpoint.body
      ? parseInput(endpoint.body, await readBody(request, endpoint), 'The body is not right.')
      : null,
  };
  const ifMatch = request.headers.get('if-match');
  if (endpoint.ifMatch === 'required' && ifMatch === null) {
    throw new AppError('precondition_required', 'The request has no If-Match.');
  }
  const context: Omit<ApiContext, 'requestKey'> = {
    runtime,
    actor,
    ifMatch,
    ifNoneMatch: request.headers.get('if-none-match'),
  };
  // Parsed by the very schemas that the endpoint was declared with.
  await requireSeen(endpoint, { ...context, requestKey: undefined }, input as never);
  const requestKey = await requestKeyOf(request, endpoint, context, input);
  const response = asResponse(
    endpoint,
    await endpoint.run({ ...context, requestKey }, input as never),
  );
  if (endpoint.output !== 'text/csv' || response.body === null) return response;
  // A file of any size is read for as long as its reader takes.
  const { db } = runtime;
  const body = whileAllowed(response.body, () => isStillAllowed(db, actor));
  return new Response(countedStream(limits, party, 'export', body), response);
}

async function authenticate(request: Request, caller: Caller): Promise<Actor> {
  const { runtime, limits, address } = caller;
  const [, token] = /^Bearer ([^\s]+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  const actor = token === undefined ? null : await actorOfToken(runtime.db, token, address);
  if (actor !== null) return actor;
  // Guessing is hopeless; asking the database for each guess need not be free either.
  charge(limits, { caller: `guesses of ${address}`, address: null });
  if (token !== undefined) await noteRefusal(caller, (db) => recordBadToken(db, address));
  throw new AppError('token_invalid', 'The request shows no token, or none that is good now.');
}

function matched(method: string, pathname: string) {
  const segments = pathname.slice(apiBase.length).split('/').slice(1).map(decoded);
  const found = matchEndpoint(method === 'HEAD' ? 'GET' : method, segments);
  if (found === null) throw new AppError('not_found', 'There is no such endpoint.');
  return found;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AppError('input_invalid', 'The path is not encoded as UTF-8 and percent signs.', {
      cause,
    });
  }
}

/** @throws AppError `input_invalid` for a parameter that is given twice */
function queryOf(url: URL): Record<string, string> {
  const names = [...url.searchParams.keys()];
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return Object.fromEntries(url.searchParams);
  const message = `The parameter ${twice} is given twice.`;
  throw new AppError('input_invalid', message, { fields: { [twice]: message } });
}

/** Whoever sees some sources is not told either whether what is of others is there. */
async function requireSeen(
  endpoint: Endpoint,
  context: ApiContext,
  input: Parameters<Endpoint['touches']>[1],
): Promise<void> {
  try {
    if (sees(context, await endpoint.touches(context, input))) return;
  } catch (error) {
    const isMissing =
      error instanceof AppError && ['not_found', 'source_unknown'].includes(error.code);
    if (!isMissing || sightOf(context.actor) === null) throw error;
  }
  const what = context.actor.token ? 'This token' : 'Your account';
  throw new AppError('forbidden', `${what} is not for this, or there is no such thing.`, {
    remedy: `It is for some sources: ${sightOf(context.actor)?.join(', ')}.`,
  });
}

const keySchema = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/**
 * What a key stands for is the caller's, the endpoint's, and of one input: the same with another input is a mistake.
 * @throws AppError `input_invalid`, `duplicate_request`
 */
async function requestKeyOf(
  request: Request,
  endpoint: Endpoint,
  { runtime: { db }, actor }: Pick<ApiContext, 'runtime' | 'actor'>,
  input: object,
): Promise<string | undefined> {
  const given = request.headers.get('idempotency-key');
  if (given === null || !endpoint.isKeyed) return undefined;
  if (!keySchema.safeParse(given).success) {
    throw new AppError(
      'input_invalid',
      'Idempotency-Key has 1 to 255 characters of ASCII, no blank.',
    );
  }
  const key = sha256(JSON.stringify([actor.token?.id ?? actor.email, endpoint.id, given]));
  const wanted = sha256(JSON.stringify(input));
  const first = await onceIn(db, { key: `${key}:input`, action: 'api.input' }, z.string(), () =>
    Promise.resolve(wanted),
  );
  if (first === wanted) return key;
  throw new AppError('duplicate_request', 'This Idempotency-Key was sent with another request.', {
    remedy: 'Use a new key for what is another request.',
  });
}

const always = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  vary: 'Authorization',
} as const;

function asResponse({ output }: Endpoint, done: unknown): Response {
  const { body, status, headers } = done instanceof Reply ? done : new Reply(done);
  if (output === null) return new Response(null, { status: 204, headers: always });
  if (status === 304) return new Response(null, { status, headers: { ...always, ...headers } });
  if (typeof output !== 'string')
    return Response.json(body, { status, headers: { ...always, ...headers } });
  return new Response(body as string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>, {
    status,
    headers: {
      ...always,
      'content-type': output === 'application/octet-stream' ? output : `${output}; charset=utf-8`,
      // What strangers sent is saved, never shown.
      'content-disposition': 'attachment',
      ...headers,
    },
  });
}

/** Why a request is refused or failed: RFC 9457, with the code, the remedy and the fields of the error. */
export function problem(
  error: unknown,
  log: Caller['runtime']['log'] | null,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { code, message, remedy, fields, conflict } = toPublicError(error);
  const status = statusOf(code);
  const errorId = status >= 500 ? newId() : undefined;
  if (errorId !== undefined) log?.error({ err: error, errorId }, 'a request of a program failed');
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : null;
  return Response.json(
    {
      type: `/api/docs#${code}`,
      title: code.replaceAll('_', ' '),
      status,
      detail: message,
      code,
      remedy,
      ...(fields ? { fields } : {}),
      ...(conflict ? { conflict } : {}),
      ...(errorId === undefined ? {} : { errorId }),
    },
    {
      status,
      headers: {
        ...always,
        'content-type': 'application/problem+json',
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        ...headers,
        ...(retryAfterMs === null
          ? {}
          : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
      },
    },
  );
}
