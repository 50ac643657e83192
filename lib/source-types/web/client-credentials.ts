/**
 * Access tokens by OAuth 2.0 client credentials (RFC 6749, 4.4): fetched when first needed, kept in this process's
 * memory alone, renewed before they end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { sha256 } from '#lib/canonical-json.ts';
import type { HttpRequest } from '#lib/egress/http-client.ts';
import { retryAfterMs } from '#lib/egress/retry-after.ts';
import { describeUrl } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { jsonFromText } from '#lib/json.ts';
import type { CommonSettings, FetchContext } from '../source-type.ts';
import type { Authentication } from './authentication.ts';
import { beginningOf, textOf } from './body.ts';

interface Token {
  readonly value: string;
  /** Monotonic clock, ms. */
  readonly goodUntil: number;
}

const tokens = new Map<string, Token>();
/** Those that are being fetched; whoever needs the same waits for it. */
const underway = new Map<string, Promise<Token>>();
const mostTokens = 500;

type Context = FetchContext<CommonSettings & { readonly authentication: Authentication }>;

/**
 * The token to ask with now. Throws `http_unauthorized` with the server's own words when it gives none,
 * `http_server_error` or `http_rate_limited` when it is to be asked later, `payload_invalid` for an answer that is no token.
 */
export async function accessToken(clientSecret: string, context: Context): Promise<string> {
  const { token_url: url, client_id: id, scope, audience } = context.settings.authentication;
  const key = sha256(JSON.stringify([context.sourceName, url, id, scope, audience, clientSecret]));
  while (true) {
    const known = tokens.get(key);
    if (known && known.goodUntil > performance.now()) return known.value;
    const begun = underway.get(key);
    try {
      return (await (begun ?? fetchOnce(key, clientSecret, context))).value;
    } catch (error) {
      // Whoever began was broken off, which says nothing about this fetch.
      context.signal.throwIfAborted();
      if (begun === undefined || error instanceof AppError) throw error;
      await delay(0);
    }
  }
}

/** The server no longer takes it. */
export function forgetToken(value: string | undefined): void {
  for (const [key, token] of tokens) if (token.value === value) tokens.delete(key);
}

function fetchOnce(key: string, clientSecret: string, context: Context): Promise<Token> {
  const fetching = fetchToken(clientSecret, context).finally(() => underway.delete(key));
  underway.set(key, fetching);
  return fetching.then((token) => {
    const [oldest] = tokens.keys();
    if (tokens.size >= mostTokens && oldest !== undefined) tokens.delete(oldest);
    tokens.set(key, token);
    return token;
  });
}

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,16000}$/),
  // Required by RFC 6749, 5.1; servers that give no other kind leave it out.
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

const errorAnswer = z.object({
  error: z.string().max(200),
  error_description: z.string().optional().catch(undefined),
});

/** Of a token whose answer does not say how long it is good, ms. */
const unsaidMs = 60 * 60_000;
/** Never kept longer, ms. */
const longestMs = 24 * 60 * 60_000;
const mostOfAnswer = 256 * 1024;

async function fetchToken(clientSecret: string, context: Context): Promise<Token> {
  const { settings, http, signal } = context;
  const askedAt = performance.now();
  const response = await http.request({
    ...tokenRequest(clientSecret, settings.authentication),
    timeoutMs: settings.timeout * 1000,
    maxBytes: mostOfAnswer,
    // The secret in a body would go along.
    maxRedirects: 0,
    signal,
  });
  // What comes next may ask the same host.
  await context.politePause();
  const { status } = response;
  const text = textOf(response);
  const json = membersOf(text);
  const where = `${describeUrl(settings.authentication.token_url ?? '')} answered ${status}`;
  const said = errorAnswer.safeParse(json);
  // Some servers tell their errors with status 200.
  if (status < 200 || status >= 300 || said.success) {
    const reason = said.success
      ? [said.data.error, said.data.error_description].filter(Boolean).join(': ')
      : beginningOf(text);
    const code =
      status === 429
        ? 'http_rate_limited'
        : status >= 500
          ? 'http_server_error'
          : 'http_unauthorized';
    const wait = retryAfterMs(response.headers);
    const options = wait === null ? {} : { retryAfterMs: wait };
    throw new AppError(code, `No token: ${where}, "${beginningOf(reason)}".`, options);
  }
  const answer = tokenAnswer.safeParse(json);
  if (!answer.success) {
    // What is neither JSON nor a form holds no token that a message could tell.
    const begins = json === undefined ? `; it begins "${beginningOf(text)}"` : '';
    throw new AppError('payload_invalid', `No token: ${where} without a bearer token${begins}.`);
  }
  const { access_token: value, expires_in: seconds } = answer.data;
  const lastsMs = Math.min(seconds === undefined ? unsaidMs : seconds * 1000, longestMs);
  // A tenth early, for requests under way and clocks that differ.
  return { value, goodUntil: askedAt + lastsMs * 0.9 };
}

/** JSON, or a form as some servers answer whatever they are asked for; undefined for neither. */
function membersOf(text: string): unknown {
  const form = text.trim();
  const isForm = form.length <= 20_000 && /^[\w.-]{1,100}=[^\s<>]*$/.test(form);
  return isForm ? Object.fromEntries(new URLSearchParams(form)) : jsonFromText(text);
}

/** Id and secret are written as in a form before they are joined (RFC 6749, 2.3.1). */
function tokenRequest(
  clientSecret: string,
  { token_url: url = '', client_id: id = '', scope, audience, client_in: place }: Authentication,
): Pick<HttpRequest, 'url' | 'method' | 'headers' | 'body' | 'credential'> {
  const inForm = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
  const pair = Buffer.from(`${inForm(id)}:${inForm(clientSecret)}`).toString('base64');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
    ...(place === 'body' ? { client_id: id, client_secret: clientSecret } : {}),
  });
  return {
    url,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: body.toString(),
    credential: {
      origins: [new URL(url).origin],
      ...(place === 'header' ? { headers: { authorization: `Basic ${pair}` } } : {}),
      secrets: [clientSecret, pair],
    },
  };
}
