/**
 * How `pnpm holocron` asks: the endpoints of the API by their names, of a console by its address and a token, or
 * answered in this process over the database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { systemActor } from '#lib/actor/model.ts';
import { answerApi, apiBase } from '#lib/api/answer.ts';
import type { Endpoint } from '#lib/api/endpoint.ts';
import { endpoints } from '#lib/api/registry.ts';
import { isInClear } from '#lib/clear-text.ts';
import { nearest } from '#lib/config/zod-hints.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type AppErrorCode, appErrorRemedies } from '#lib/errors/codes.ts';
import { newId } from '#lib/ids.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger } from '#lib/log.ts';
import { openRuntime } from '#lib/runtime.ts';
import type { SettingsFlags } from '../support/program.ts';

export interface Asking {
  readonly params?: Readonly<Record<string, string>>;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** JSON, or the text of an endpoint that takes one. */
  readonly body?: unknown;
  readonly ifMatch?: string;
}

export interface Client {
  /** For a person: the address, or the database. */
  readonly place: string;
  /** The JSON of the answer; null where there is none. Throws AppError with the code that the API answered. */
  ask(id: string, asking?: Asking): Promise<unknown>;
  /** The answer as it came, for files. */
  open(id: string, asking?: Asking): Promise<Response>;
  close(): Promise<void>;
}

/** What answers a request of the API: a console, or this process. */
export type Send = (request: Request) => Promise<Response>;

export interface Place extends SettingsFlags {
  readonly url?: string | undefined;
  /** The token may travel in clear. */
  readonly plainHttp?: boolean | undefined;
}

/** Tries of a request that may be sent again, with so many ms between them. */
const pausesMs = [1_000, 3_000] as const;
/** A console that asks for a longer pause has its answer passed on. */
const longestPauseMs = 60_000;
const answerWithinMs = 120_000;

/** Throws AppError `input_invalid`, `token_invalid`, `insecure_transport`, or what opening the database throws. */
export async function openClient(place: Place): Promise<Client> {
  return place.url === undefined ? openDatabase(place) : openConsole(place.url, place.plainHttp);
}

function openConsole(given: string, mayBePlain = false): Client {
  const address = consoleAddress(given);
  if (isInClear(new URL(address)) && !mayBePlain) {
    throw new AppError('insecure_transport', `The token would be sent to ${address} without TLS.`, {
      remedy: 'Give an https address; or add --plain-http where nobody else is on the way there.',
    });
  }
  const token = process.env['HOLOCRON_TOKEN'];
  if (token === undefined || token === '') {
    throw new AppError('token_invalid', 'The variable HOLOCRON_TOKEN is not set.', {
      remedy: 'Make a token in Settings → API tokens of that console, and export it.',
    });
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new AppError('token_invalid', 'HOLOCRON_TOKEN holds characters that no token has.');
  }
  const send: Send = async (request) => {
    request.headers.set('authorization', `Bearer ${token}`);
    try {
      return await fetch(request, {
        // A redirect would hand the token to whatever it names.
        redirect: 'manual',
        signal: AbortSignal.timeout(answerWithinMs),
      });
    } catch (cause) {
      const message = `${address} does not answer: ${reasonOf(cause)}.`;
      throw new AppError('console_unreachable', message, { cause });
    }
  };
  return clientOf(address, send, async () => undefined);
}

async function openDatabase(place: SettingsFlags): Promise<Client> {
  const config = loadConfig({ flags: place });
  for (const note of config.notes) console.error(`! ${note}`);
  const runtime = await openRuntime(config, createLogger({ level: 'warn', name: 'holocron' }));
  const unlimited = { take: () => null, open: () => () => undefined };
  const actor = systemActor('holocron');
  return clientOf(
    runtime.db.label,
    (request) => answerApi(request, { runtime, limits: unlimited, address: null, actor }),
    () => runtime.close(),
  );
}

/** `https://console.example`, with or without a slash or the base of the API behind it. */
export function consoleAddress(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isHttp || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new AppError('input_invalid', 'The address of the console is none.', {
      remedy: 'Give it as https://console.example.',
    });
  }
  return url.origin + url.pathname.replace(/\/*(?:api\/v1)?\/*$/, '');
}

/** undici hides what happened behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in inner ? ` (${String(inner.code)})` : '';
  return `${inner.message || inner.name}${code}`;
}

export function clientOf(place: string, send: Send, close: () => Promise<void>): Client {
  const base = URL.canParse(place) ? place : 'http://here.invalid';
  const open = async (id: string, asking: Asking = {}) => {
    const endpoint = endpointOf(id);
    // One intention, however often it is sent.
    const key = endpoint.isKeyed ? newId() : undefined;
    const response = await persistently(endpoint, () =>
      send(requestOf(base, endpoint, asking, key)),
    );
    if (response.ok) return response;
    throw await refusal(response, place);
  };
  return {
    place,
    open,
    async ask(id, asking) {
      const { output } = endpointOf(id);
      const response = await open(id, asking);
      if (response.status === 204) return null;
      try {
        const answer: unknown = await response.json();
        if (output !== null && typeof output !== 'string') requireAnswer(output, answer);
        return answer;
      } catch (cause) {
        throw notTheApi(place, cause);
      }
    },
    close,
  };
}

/**
 * Something else that answers with JSON is told; an earlier console, whose answers lack what came to be later, is not.
 * What a command cannot do without, it asks for itself.
 * @throws ZodError
 */
function requireAnswer(output: z.ZodType, answer: unknown): void {
  const { error } = output.safeParse(answer);
  if (error === undefined) return;
  const names = output instanceof z.ZodObject ? Object.keys(output.shape) : [];
  const isOurs =
    typeof answer === 'object' &&
    answer !== null &&
    names.some((name) => Object.hasOwn(answer, name));
  const isAbsent = ({ path }: { readonly path: readonly PropertyKey[] }) =>
    path.reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
      answer,
    ) === undefined;
  if (!isOurs || !error.issues.every(isAbsent)) throw error;
}

/** Throws AppError `input_invalid` for a name that there is none of. */
export function endpointOf(id: string): Endpoint {
  const found = endpoints.find((one) => one.id === id);
  if (found) return found;
  const near = nearest(
    id,
    endpoints.map((one) => one.id),
  );
  throw new AppError('input_invalid', `There is no endpoint ${id}.`, {
    remedy:
      near === null
        ? '`holocron api` without a name lists those there are.'
        : `Did you mean ${near}?`,
  });
}

function requestOf(
  base: string,
  { method, path, bodyType }: Endpoint,
  { params = {}, query = {}, body, ifMatch }: Asking,
  key: string | undefined,
): Request {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? '';
    // A segment of dots would be resolved away.
    if (/^\.*$/.test(value)) throw new AppError('input_invalid', `${name} is empty.`);
    return encodeURIComponent(value.toWellFormed());
  });
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  const headers = new Headers({ accept: 'application/json, */*' });
  if (key !== undefined) headers.set('idempotency-key', key);
  if (ifMatch !== undefined) headers.set('if-match', ifMatch);
  if (body !== undefined) headers.set('content-type', bodyType ?? 'application/json');
  return new Request(base + apiBase + filled + search, {
    method,
    headers,
    ...(body === undefined ? {} : { body: bodyType ? String(body) : JSON.stringify(body) }),
  });
}

/** Sends again what may be: after a lost connection, and when the console asks for a pause. */
async function persistently(
  { method, isKeyed }: Endpoint,
  send: () => Promise<Response>,
): Promise<Response> {
  const isRepeatable = method === 'GET' || isKeyed;
  for (const pauseMs of pausesMs) {
    const answer = await send().catch((error: unknown) => {
      if (isRepeatable && error instanceof AppError && error.code === 'console_unreachable') {
        return null;
      }
      throw error;
    });
    if (answer !== null && answer.status !== 429 && !(isRepeatable && answer.status === 503)) {
      return answer;
    }
    const wantedMs = Number(answer?.headers.get('retry-after') ?? 0) * 1_000;
    if (answer !== null && wantedMs > longestPauseMs) return answer;
    await sleep(Math.max(pauseMs, wantedMs || 0));
  }
  return send();
}

const problemSchema = z.object({
  code: z.string().regex(/^[a-z_]{1,60}$/),
  detail: z.string(),
  remedy: z.string(),
  fields: z.record(z.string(), z.string()).optional(),
  errorId: z.string().optional(),
});

async function refusal(response: Response, place: string): Promise<AppError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  if (!problem.success) return notTheApi(place, `status ${response.status}`);
  const { code, detail, remedy, fields, errorId } = problem.data;
  const beside = Object.entries(fields ?? {})
    .filter(([, text]) => !detail.includes(text))
    .map(([field, text]) => `${field}: ${text}`);
  const known = Object.hasOwn(appErrorRemedies, code) || code.startsWith('db_');
  // The code of a console of another version may be new; it is shown as it came.
  return new AppError(code as AppErrorCode, [detail, ...beside].join('\n  '), {
    remedy: errorId === undefined ? remedy : `${remedy} Its id in the log: ${errorId}.`,
    ...(fields ? { fields } : {}),
    ...(known ? {} : { cause: problem.data }),
  });
}

/** Something answered that is not this API, or not of this version. */
export const notTheApi = (place: string, cause: unknown) =>
  new AppError('console_unreachable', `${place} answers, but not as this API.`, {
    remedy:
      'Check the address, which is that of the console alone, and that it is of this version.',
    cause,
  });
