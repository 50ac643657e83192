/**
 * A wiki that is read signed in, by a bot password (https://www.mediawiki.org/wiki/Manual:Bot_passwords): the session is
 * opened when it is first needed and kept in this process's memory alone, for all items of the source.
 */
import { z } from 'zod';
import { sha256 } from '#lib/canonical-json.ts';
import type { Credential } from '#lib/egress/credential.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { knownJson, parseJsonWithin } from '#lib/json-text.ts';
import type { FetchContext } from '../source-type.ts';
import { beginningOf, textOf } from '../web/body.ts';
import { jsonRequestHeaders } from '../web/exchange.ts';
import { apiUrl } from './request.ts';
import type { MediawikiSettings } from './settings.ts';

type Context = FetchContext<MediawikiSettings>;

/** By source, wiki, user and password. */
const sessions = new Map<string, Promise<Credential>>();
const mostSessions = 100;

/** Errors by which a wiki says that a session is over, or that it never was one. */
export const signedOutErrors: ReadonlySet<string> = new Set([
  'assertuserfailed',
  'assertbotfailed',
  'notloggedin',
  'readapidenied',
]);

/**
 * What the wiki's session is proved by; undefined when the source reads it without.
 * @throws AppError `config_invalid` without a password, `http_unauthorized` when the wiki does not take it,
 *   `http_rate_limited` when it was tried too often, and what the HTTP client throws
 */
export async function sessionOf(context: Context): Promise<Credential | undefined> {
  const { bot_user: user } = context.settings;
  if (user === undefined) return undefined;
  while (true) {
    const known = sessions.get(keyOf(context));
    try {
      return await (known ?? open(user, context));
    } catch (error) {
      // Whoever began was broken off, which says nothing about this fetch.
      context.signal.throwIfAborted();
      if (known === undefined || error instanceof AppError) throw error;
    }
  }
}

function open(user: string, context: Context): Promise<Credential> {
  const key = keyOf(context);
  const [oldest] = sessions.keys();
  if (sessions.size >= mostSessions && oldest !== undefined) sessions.delete(oldest);
  const opened = signIn(user, context);
  sessions.set(key, opened);
  // Whoever comes next tries anew.
  opened.catch(() => {
    if (sessions.get(key) === opened) sessions.delete(key);
  });
  return opened;
}

/** The wiki no longer takes it. */
export function forgetSession(context: Context): void {
  sessions.delete(keyOf(context));
}

function keyOf({ sourceName, settings, secrets }: Context): string {
  const parts = [sourceName, settings.api_url, settings.bot_user, secrets['bot_password']];
  return sha256(JSON.stringify(parts));
}

const answerShape = z.looseObject({
  query: z
    .looseObject({ tokens: z.looseObject({ logintoken: z.string().optional() }).optional() })
    .optional(),
  login: z
    .looseObject({
      result: z.string(),
      /** With `NeedToken`, of wikis before 1.27. */
      token: z.string().optional(),
      reason: z.string().optional(),
      /** With `Throttled`, s. */
      wait: z.number().optional(),
    })
    .optional(),
  error: z.looseObject({ code: z.string(), info: z.string().optional() }).optional(),
});

async function signIn(user: string, context: Context): Promise<Credential> {
  const password = context.secrets['bot_password'];
  if (!password) {
    const message = `The source signs in as "${user}", and its secret "bot_password" is not stored.`;
    throw new AppError('config_invalid', message, {
      remedy: 'Store it, or leave the bot user out.',
    });
  }
  const cookies = new Map<string, string>();
  const asked = await askApi(context, cookies, password, {
    action: 'query',
    meta: 'tokens',
    type: 'login',
    format: 'json',
  });
  let token = asked.query?.tokens?.logintoken;
  // An old wiki gives the token with its first refusal.
  for (const _ of ['with a token', 'with that of an old wiki']) {
    const { login, error } = await askApi(
      context,
      cookies,
      password,
      { action: 'login', format: 'json' },
      { lgname: user, lgpassword: password, ...(token === undefined ? {} : { lgtoken: token }) },
    );
    if (login?.result === 'Success') return credentialOf(context, cookies, password);
    if (login?.result === 'Throttled') {
      throw new AppError('http_rate_limited', 'The wiki says that it was signed in to too often.', {
        retryAfterMs: (login.wait ?? 300) * 1000,
      });
    }
    if (login?.result !== 'NeedToken' || login.token === undefined) {
      const said = login?.reason ?? error?.info ?? login?.result ?? 'nothing that it says';
      throw new AppError(
        'http_unauthorized',
        `The wiki does not let "${user}" sign in: ${beginningOf(said)}`,
        { remedy: 'Make a bot password on its page Special:BotPasswords, and store it.' },
      );
    }
    token = login.token;
  }
  throw new AppError('http_unauthorized', 'The wiki asks for a token again and again.');
}

const mostOfAnswer = 256 * 1024;

/** A step of signing in: its body holds the password, so it goes along no redirect and into no record. */
async function askApi(
  context: Context,
  cookies: Map<string, string>,
  password: string,
  parameters: Readonly<Record<string, string>>,
  form?: Readonly<Record<string, string>>,
) {
  const { settings, http, signal } = context;
  const url = apiUrl(settings, parameters);
  const response = await http.request({
    url,
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      ...jsonRequestHeaders(settings),
      ...(cookies.size === 0 ? {} : { cookie: headerOf(cookies) }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    body: form === undefined ? null : new URLSearchParams(form).toString(),
    credential: { origins: [new URL(url).origin], secrets: [password] },
    timeoutMs: settings.timeout * 1000,
    maxBytes: mostOfAnswer,
    maxRedirects: 0,
    signal,
  });
  // What comes next asks the same wiki.
  await context.politePause();
  keep(cookies, response.headers['set-cookie']);
  const text = textOf(response);
  const answer = answerShape.safeParse(parseJsonWithin(text, knownJson));
  if (response.status === 429 || response.status >= 500) {
    const code = response.status === 429 ? 'http_rate_limited' : 'http_server_error';
    throw new AppError(code, `The wiki answered ${response.status} to signing in.`);
  }
  if (!answer.success) {
    const message = `The wiki answered ${response.status} to signing in: "${beginningOf(text)}".`;
    throw new AppError('payload_invalid', message);
  }
  return answer.data;
}

/** Headers of several cookies come joined by commas; dates in them have commas of their own. */
function keep(cookies: Map<string, string>, header: string | undefined): void {
  for (const line of (header ?? '').slice(0, 32_000).split(/,\s*(?=[^;,=\s]{1,200}=)/)) {
    const [pair = ''] = line.split(';', 1);
    const equals = pair.indexOf('=');
    const [name, value] = [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    if (equals < 1 || !/^[\x21-\x7e]+$/.test(name) || !/^[\x21-\x7e]*$/.test(value)) continue;
    if (value === '' || value === 'deleted') cookies.delete(name);
    else if (cookies.size < 50) cookies.set(name, value);
  }
}

const headerOf = (cookies: ReadonlyMap<string, string>) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** Shorter values are no proof, and neither is the user's name: such words stand in pages. */
const leastSecret = 12;

const credentialOf = (
  { settings }: Context,
  cookies: ReadonlyMap<string, string>,
  password: string,
): Credential => ({
  origins: [new URL(settings.api_url).origin],
  headers: { cookie: headerOf(cookies) },
  secrets: [
    password,
    ...[...cookies].flatMap(([name, value]) =>
      value.length >= leastSecret && !/user(name|id)$/i.test(name) ? [value] : [],
    ),
  ],
});
