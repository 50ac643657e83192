/**
 * What a request proves itself with. It stands beside the address and the headers, not in them: what is stored, logged
 * or shown of a request never holds it, and what comes back is freed of it.
 */
import { isInClear } from '#lib/clear-text.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { leastSecretLength, redacted } from '#lib/redact-secrets.ts';
import { describeUrl } from './url.ts';

export interface Credential {
  /** The only origins it is sent to, redirects included. */
  readonly origins: readonly string[];
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the query. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Taken out of answers that repeat them. */
  readonly secrets: readonly string[];
}

/** A list whose entries each name the key is about this long; more is no list. */
const mostRepeats = 20_000;

const isFor = (url: URL, credential: Credential): boolean =>
  credential.origins.includes(url.origin);

/**
 * Throws `insecure_transport` where the credential would travel in clear beyond this machine, to a host that is not in
 * `plainHttpHosts` (names as `URL.hostname` has them).
 */
export function requirePrivacy(
  url: URL,
  credential: Credential | undefined,
  plainHttpHosts: readonly string[],
): void {
  if (!credential || !isFor(url, credential)) return;
  if (!isInClear(url) || plainHttpHosts.includes(url.hostname)) return;
  throw new AppError('insecure_transport', `A secret would be sent to ${url.host} without TLS.`);
}

/** The headers that a hop to the address is sent with. */
export const credentialHeaders = (
  url: URL,
  credential: Credential | undefined,
): Readonly<Record<string, string>> =>
  credential && isFor(url, credential) ? (credential.headers ?? {}) : {};

/** Path and query that a hop to the address is sent with. What the query holds otherwise stays as it is written. */
export function credentialPath(url: URL, credential: Credential | undefined): string {
  const path = `${url.pathname}${url.search}`;
  if (!credential || !isFor(url, credential)) return path;
  const added = Object.entries(credential.parameters ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  if (added.length === 0) return path;
  return `${path}${url.search === '' ? '?' : '&'}${added.join('&')}`;
}

/**
 * The address without the parameters of the credential, which are added where it is sent; letter for letter the same
 * where it has none. Throws `egress_url_invalid` when it holds a secret elsewhere: addresses are stored and shown.
 */
export function withoutCredential(url: URL, credential: Credential | undefined): URL {
  if (!credential) return url;
  const names = Object.keys(credential.parameters ?? {});
  const clean = new URL(url);
  if (names.some((name) => url.searchParams.has(name))) {
    const parts = url.search.slice(1).split('&');
    clean.search = parts.filter((part) => !names.includes(nameOf(part))).join('&');
  }
  if (formsOf(credential.secrets).some((form) => clean.href.includes(form))) {
    throw new AppError('egress_url_invalid', `An address of ${url.host} holds the secret itself.`, {
      remedy: 'Let the source sign in by the parameter of that name, or by a header.',
    });
  }
  return clean;
}

const nameOf = (part: string): string => [...new URLSearchParams(part).keys()][0] ?? '';

interface Scrubbed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How many times a secret stood there. */
  readonly removed: number;
}

/**
 * The answer with `[redacted]` for each secret that it repeats, in the ways servers write a text. Throws
 * `payload_invalid` when it repeats them without end.
 */
export function scrubbed(
  { headers, body }: Pick<Scrubbed, 'headers' | 'body'>,
  credential: Credential | undefined,
  url: string,
): Scrubbed {
  const forms = credential === undefined ? [] : formsOf(credential.secrets);
  if (forms.length === 0) return { headers, body, removed: 0 };
  let removed = 0;
  const count = (parts: number) => {
    removed += parts - 1;
    if (removed > mostRepeats) {
      const message = `${describeUrl(url)} repeats the secret more than ${mostRepeats} times.`;
      throw new AppError('payload_invalid', message);
    }
  };
  const cleanHeaders = Object.entries(headers).map(([name, value]) => {
    const parts = forms.reduce((texts, form) => texts.flatMap((text) => text.split(form)), [value]);
    count(parts.length);
    return [name, parts.join(redacted)];
  });
  let clean = body;
  for (const form of forms) {
    const parts = partsBetween(clean, Buffer.from(form), mostRepeats + 2);
    count(parts.length);
    if (parts.length > 1) clean = joined(parts);
  }
  return { headers: Object.fromEntries(cleanHeaders), body: clean, removed };
}

/** As it is; in an address or a form; in JSON, with and without the slashes escaped. The longest first. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter((secret) => secret.length >= leastSecretLength)
    .flatMap((secret) => {
      const inJson = JSON.stringify(secret).slice(1, -1);
      const inForm = new URLSearchParams({ x: secret }).toString().slice(2);
      return [
        secret,
        encodeURIComponent(secret),
        encodeURI(secret),
        inForm,
        inJson,
        inJson.replaceAll('/', '\\/'),
      ];
    });
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function partsBetween(body: Uint8Array, separator: Uint8Array, most: number): Uint8Array[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (
    let at = bytes.indexOf(separator);
    at !== -1 && parts.length < most;
    at = bytes.indexOf(separator, start)
  ) {
    parts.push(bytes.subarray(start, at));
    start = at + separator.byteLength;
  }
  return [...parts, bytes.subarray(start)];
}

const mark = Buffer.from(redacted);

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [mark, part])));
