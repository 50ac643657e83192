/**
 * A small OpenID Connect provider on loopback: it signs in at once whoever the test says stands before it.
 * Discovery, authorization code with PKCE, client_secret_basic, RS256, userinfo: what a real one checks, it
 * checks, so that a console that left a check out would be refused.
 */
import {
  createHash,
  createHmac,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Person {
  readonly sub: string;
  /** In the token. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Told at the userinfo endpoint alone. */
  readonly userinfo?: Readonly<Record<string, unknown>>;
}

export interface OidcServer {
  readonly issuer: string;
  /** Who signs in next; null = nobody does, and the provider says `access_denied`. */
  person: Person | null;
  /** How the next tokens are broken; empty = not at all. */
  forged: Forgery;
  /** The last ID token and access token that were made: what must be found nowhere. */
  readonly lastToken: string;
  readonly lastAccessToken: string;
  stop(): Promise<void>;
}

export interface Forgery {
  /** Put over the claims; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Instead of RS256 by the published key. */
  readonly signing?:
    | 'another key'
    | 'a key that it brings'
    | 'none'
    | 'HS256 by the public key'
    | 'HS256 by the secret';
  /** Instead of a token. */
  readonly token?: string | null;
  /** Put over what userinfo tells. */
  readonly userinfo?: Readonly<Record<string, unknown>>;
  /** Put over the metadata. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

interface Grant {
  readonly person: Person;
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
}

export const client = { id: 'holocron', secret: 'a secret of tests: %20+/=' } as const;

export async function startOidcServer(): Promise<OidcServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
  const another = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const brought = { ...another.publicKey.export({ format: 'jwk' }), kid: 'two', use: 'sig' };
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const grants = new Map<string, Grant>();
  const people = new Map<string, Person>();

  const provider = {
    issuer: '',
    person: null as Person | null,
    forged: {} as Forgery,
    lastToken: '',
    lastAccessToken: '',
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const discovery = () => ({
    issuer: provider.issuer,
    authorization_endpoint: `${provider.issuer}/authorize`,
    token_endpoint: `${provider.issuer}/token`,
    userinfo_endpoint: `${provider.issuer}/userinfo`,
    jwks_uri: `${provider.issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    ...provider.forged.metadata,
  });

  /** Sends the person back, with a code or an error. */
  function authorize(asked: URLSearchParams): string {
    const redirectUri = asked.get('redirect_uri') ?? '';
    const back = new URL(redirectUri);
    const nonce = asked.get('nonce');
    const challenge = asked.get('code_challenge');
    const isWhole =
      asked.get('client_id') === client.id &&
      asked.get('response_type') === 'code' &&
      asked.get('scope')?.split(' ').includes('openid') === true &&
      asked.get('code_challenge_method') === 'S256';
    if (!isWhole || nonce === null || challenge === null) {
      back.searchParams.set('error', 'invalid_request');
    } else if (provider.person === null) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = randomBytes(16).toString('hex');
      grants.set(code, { person: provider.person, nonce, challenge, redirectUri });
      back.searchParams.set('code', code);
    }
    back.searchParams.set('state', asked.get('state') ?? '');
    return back.href;
  }

  function token(asked: URLSearchParams, authorization: string): Answer {
    const [id, secret] = credentialsOf(authorization);
    if (id !== client.id || secret !== client.secret) return [401, { error: 'invalid_client' }];
    const code = asked.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = asked.get('code_verifier') ?? '';
    const isGood =
      asked.get('grant_type') === 'authorization_code' &&
      grant?.redirectUri === asked.get('redirect_uri') &&
      grant.challenge === createHash('sha256').update(verifier).digest('base64url');
    if (!grant || !isGood) return [400, { error: 'invalid_grant' }];
    const now = Math.floor(Date.now() / 1000);
    const accessToken = randomBytes(16).toString('hex');
    people.set(accessToken, grant.person);
    provider.lastAccessToken = accessToken;
    const claims = {
      iss: provider.issuer,
      aud: client.id,
      sub: grant.person.sub,
      iat: now,
      exp: now + 300,
      nonce: grant.nonce,
      ...grant.person.claims,
      ...provider.forged.claims,
    };
    const { token: instead = signed(claims, provider.forged.signing) } = provider.forged;
    provider.lastToken = instead ?? '';
    const told = { access_token: accessToken, token_type: 'Bearer' };
    return [200, instead === null ? told : { ...told, id_token: instead }];
  }

  function signed(claims: object, signing: Forgery['signing']): string {
    const rs256 = { alg: 'RS256', kid: 'one', typ: 'JWT' };
    const hs256 = { ...rs256, alg: 'HS256' };
    const hmac = (key: string) => (content: string) =>
      createHmac('sha256', key).update(content).digest('base64url');
    switch (signing) {
      case undefined:
        return jwtOf(rs256, claims, rsa(privateKey));
      case 'another key':
        return jwtOf(rs256, claims, rsa(another.privateKey));
      case 'a key that it brings':
        return jwtOf({ ...rs256, kid: 'two', jwk: brought }, claims, rsa(another.privateKey));
      case 'none':
        return jwtOf({ alg: 'none' }, claims, () => '');
      case 'HS256 by the public key':
        return jwtOf(hs256, claims, hmac(pem));
      case 'HS256 by the secret':
        return jwtOf(hs256, claims, hmac(client.secret));
    }
  }

  function userinfo(authorization: string): Answer {
    const person = people.get(authorization.replace('Bearer ', ''));
    return person
      ? [200, { sub: person.sub, ...person.userinfo, ...provider.forged.userinfo }]
      : [401, { error: 'invalid_token' }];
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', provider.issuer);
    if (pathname === '/authorize') {
      response.writeHead(302, { location: authorize(searchParams) }).end();
      return;
    }
    const { authorization = '' } = request.headers;
    const answers: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
      '/.well-known/openid-configuration': () => [200, discovery()],
      '/keys': () => [200, { keys: [jwk] }],
      '/token': async () => token(new URLSearchParams(await bodyOf(request)), authorization),
      '/userinfo': () => userinfo(authorization),
    };
    const [status, body] = (await answers[pathname]?.()) ?? [404, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on TCP: not null, and no pipe's name.
  provider.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

type Answer = readonly [status: number, body: Readonly<Record<string, unknown>>];

function jwtOf(header: object, claims: object, sign: (content: string) => string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part(header)}.${part(claims)}`;
  return `${content}.${sign(content)}`;
}

const rsa = (key: KeyObject) => (content: string) =>
  createSign('RSA-SHA256').update(content).sign(key, 'base64url');

/** Id and secret are form-encoded before they are joined, RFC 6749 section 2.3.1. */
function credentialsOf(authorization: string): string[] {
  const joined = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString('utf8');
  return joined.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
