/**
 * How a source proves itself to its server: settings that say how, secrets that are the proof, and the credential that
 * the HTTP client sends to the source's own origin and to no other.
 */
import { z } from 'zod';
import type { Credential } from '#lib/egress/credential.ts';
import type { HttpResponse } from '#lib/egress/http-client.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { grouped, httpUrl } from '../common-settings.ts';
import type { CommonSettings, FetchContext, FieldHint, SecretField } from '../source-type.ts';
import { accessToken, forgetToken } from './client-credentials.ts';
import type { AskOptions, Exchange } from './exchange.ts';

const token = z
  .string('give a name as text')
  .regex(/^[\w.~-]{1,100}$/, 'is not the name of a header or parameter');
const words = z
  .string()
  .trim()
  .min(1, 'leave it out rather than empty')
  .max(1000, 'at most 1000 characters')
  .regex(/^[\x20-\x7e]*$/, 'use plain ASCII characters only')
  .optional();

const kinds = ['authorization', 'header', 'query', 'bearer', 'basic', 'oauth2'] as const;
type Kind = (typeof kinds)[number];

/** What else each kind needs of the settings. */
const needed: Readonly<Partial<Record<Kind, readonly ('user' | 'token_url' | 'client_id')[]>>> = {
  basic: ['user'],
  oauth2: ['token_url', 'client_id'],
};

/** The headers that the HTTP client sets by itself. */
const notForKeys =
  /^(host|connection|content-.*|transfer-encoding|accept-encoding|upgrade|expect)$/i;

/** The group `authentication` of a type's settings. */
export const authenticationSettings = z
  .strictObject({
    by: z.enum(kinds).default('authorization'),
    name: token.default('X-API-Key'),
    user: words.refine((text) => text === undefined || !text.includes(':'), 'no colon'),
    token_url: httpUrl.optional(),
    client_id: words,
    scope: words,
    audience: words,
    client_in: z.enum(['header', 'body']).default('header'),
  })
  .prefault({})
  .superRefine((settings, context) => {
    for (const key of needed[settings.by] ?? []) {
      if (settings[key] !== undefined) continue;
      const message = `is needed to sign in by ${settings.by}`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
    if (settings.by === 'header' && notForKeys.test(settings.name)) {
      const message = 'is set by the crawler itself';
      context.addIssue({ code: 'custom', path: ['name'], message });
    }
  });
export type Authentication = z.infer<typeof authenticationSettings>;

const only = (...is: Kind[]) => ({ path: 'authentication.by', is });

export const authenticationHints: Readonly<Record<string, FieldHint>> = grouped('Authentication', {
  'authentication.by': {
    label: 'Signs in by',
    help: 'Sent to the server of the base address only. authorization: an Authorization header as the secret has it, or nothing. header, query: a key in a header or in the address. bearer: a token. basic: user and password. oauth2: a token that is fetched with client id and secret (client credentials) and renewed in time.',
    widget: 'select',
  },
  'authentication.name': {
    label: 'Header or parameter',
    help: 'The name under which the key is sent, such as X-API-Key in a header or api_key in the address.',
    widget: 'text',
    placeholder: 'X-API-Key',
    when: only('header', 'query'),
  },
  'authentication.user': {
    label: 'User',
    help: 'The user whose password is the secret.',
    widget: 'text',
    when: only('basic'),
  },
  'authentication.token_url': {
    label: 'Token address',
    help: 'Where tokens are fetched. The client secret is sent there and nowhere else.',
    widget: 'url',
    placeholder: 'https://login.example.org/oauth2/token',
    when: only('oauth2'),
  },
  'authentication.client_id': {
    label: 'Client id',
    help: 'Names this application at the token address.',
    widget: 'text',
    when: only('oauth2'),
  },
  'authentication.scope': {
    label: 'Scope',
    help: 'What the token is to allow, with blanks between; empty = what the server gives.',
    widget: 'text',
    when: only('oauth2'),
  },
  'authentication.audience': {
    label: 'Audience',
    help: 'What the token is for, where the server asks for it.',
    widget: 'text',
    when: only('oauth2'),
  },
  'authentication.client_in': {
    label: 'Client secret in',
    help: 'header: as user and password (RFC 6749, 2.3.1). body: as client_id and client_secret, for servers that read them there.',
    widget: 'select',
    when: only('oauth2'),
  },
});

const secret = (label: string, help: string, ...is: Kind[]): SecretField => ({
  label,
  help,
  widget: 'secret',
  group: 'Authentication',
  required: false,
  when: only(...is),
});

/** The secrets of a type with the group `authentication`. */
export const authenticationSecrets: Readonly<Record<string, SecretField>> = {
  authorization: secret(
    'Authorization',
    'Value of the Authorization header, such as Bearer and a token. Sent to the server of the base address only.',
    'authorization',
  ),
  key: secret('Key', 'The key that is sent in the header or in the address.', 'header', 'query'),
  token: secret('Token', 'The token behind the word Bearer.', 'bearer'),
  password: {
    ...secret('Password', 'The password of the user.', 'basic'),
    isEncoded: true,
  },
  client_secret: {
    ...secret('Client secret', 'Sent to the token address only.', 'oauth2'),
    isEncoded: true,
  },
};

interface SignedSettings extends CommonSettings {
  readonly base_url?: string | undefined;
  readonly authentication: Authentication;
}

/** The one origin the source signs in at; links and seeds may lead to any other. */
const ownOrigins = ({ base_url: base }: SignedSettings): string[] =>
  base === undefined ? [] : [new URL(base).origin];

/** The only origins that secrets are sent to. */
export const originsOfSecrets = (settings: SignedSettings): string[] => {
  const { by, token_url: tokenUrl } = settings.authentication;
  return [
    ...ownOrigins(settings),
    ...(by === 'oauth2' && tokenUrl !== undefined ? [new URL(tokenUrl).origin] : []),
  ];
};

/** Why the settings do not go together, beside the field; null when they do. */
export const authenticationFault = ({ base_url: base, authentication }: SignedSettings) =>
  base === undefined && authentication.by !== 'authorization'
    ? { path: ['base_url'], message: 'is needed: secrets are sent to its server only' }
    : null;

/** Parameters of an address that are the credential's and not the resource's. */
export const credentialParameters = ({ by, name }: Authentication): string[] =>
  by === 'query' ? [name] : [];

export const bearer = (secretToken: string, origins: readonly string[]): Credential => ({
  origins,
  headers: { authorization: `Bearer ${secretToken}` },
  secrets: [secretToken],
});

/** Throws `config_invalid` when the secret is not stored, and what fetching a token throws. */
async function credentialOf(
  context: FetchContext<SignedSettings>,
): Promise<Credential | undefined> {
  const { settings, secrets } = context;
  const origins = ownOrigins(settings);
  const { by, name, user = '' } = settings.authentication;
  const stored = (secretName: string): string => {
    const value = secrets[secretName];
    if (value !== undefined && value !== '') return value;
    const message = `The source signs in by ${by}, and its secret "${secretName}" is not stored.`;
    throw new AppError('config_invalid', message, {
      remedy: 'Store it, or let it sign in otherwise.',
    });
  };
  switch (by) {
    case 'authorization': {
      const value = secrets['authorization'];
      if (!value) return undefined;
      // The token behind the scheme is a secret by itself.
      return {
        origins,
        headers: { authorization: value },
        secrets: [value, ...value.split(' ').slice(1)],
      };
    }
    case 'header': {
      const key = stored('key');
      return { origins, headers: { [name.toLowerCase()]: key }, secrets: [key] };
    }
    case 'query': {
      const key = stored('key');
      return { origins, parameters: { [name]: key }, secrets: [key] };
    }
    case 'bearer':
      // Often pasted with the word before it.
      return bearer(stored('token').replace(/^bearer\s+/i, ''), origins);
    case 'basic': {
      const password = stored('password');
      const pair = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
      return { origins, headers: { authorization: `Basic ${pair}` }, secrets: [password, pair] };
    }
    case 'oauth2':
      return bearer(await accessToken(stored('client_secret'), context), origins);
  }
}

/**
 * Asks as `exchange.ask` does, signed in where the address is the source's own. A token that the server no longer
 * takes is renewed once. Throws as `credentialOf` and the HTTP client do.
 */
export async function askSignedIn(
  exchange: Exchange,
  url: string,
  options: AskOptions,
  context: FetchContext<SignedSettings>,
): Promise<HttpResponse> {
  // Where it would not be sent, it need not be there.
  if (!ownOrigins(context.settings).includes(new URL(url).origin))
    return exchange.ask(url, options);
  const credential = await credentialOf(context);
  const response = await exchange.ask(url, { ...options, credential });
  if (!refusesToken(response) || context.settings.authentication.by !== 'oauth2') return response;
  forgetToken(credential?.secrets[0]);
  return exchange.ask(url, { ...options, credential: await credentialOf(context) });
}

/** 401, or another status whose challenge names the token (RFC 6750, 3.1). */
const refusesToken = ({ status, headers }: HttpResponse): boolean =>
  status === 401 ||
  ((status === 400 || status === 403) &&
    /\binvalid_token\b/.test((headers['www-authenticate'] ?? '').slice(0, 4000)));
