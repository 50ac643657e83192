/** The one rule of what is a secret: in headers that are stored or shown, in the log, in text that leaves the process. */

/** What stands in the place of a secret. */
export const redacted = '[redacted]';

/**
 * Characters of a secret at least. A shorter one stands in ordinary text by chance, so that it could not be taken out of
 * answers that repeat it: it is refused where it is given.
 */
export const leastSecretLength = 6;

/** Members of logged objects under which a secret could stand, whatever its type; names as they are written. */
export const secretMembers = [
  'password',
  'secret',
  'secrets',
  'secretKey',
  'token',
  'apiKey',
  'api_key',
  'authorization',
  'Authorization',
  'cookie',
  'Cookie',
  'set-cookie',
  'connectionString',
] as const;

/** The last word of a name whose value is a secret. */
const secretName = '(?:authorization|cookie|password|secret(?:_?key)?|api[-_]?key|token)';

/** A header is masked rather once too often: other products name theirs as they like. */
const secretHeader = new RegExp(`token|secret|(?:^|[-_])${secretName}$`, 'i');

/** Whether the value of a header of this name is a credential. */
export const isSecretHeader = (name: string): boolean => secretHeader.test(name);

const secretParameter =
  /^(?:api[-_]?key|(?:access|auth|api)[-_]?token|(?:client[-_]?)?secret|password|passwd|pwd)$/i;

/** Whether a parameter of this name in an address is a credential. */
export const isSecretParameter = (name: string): boolean => secretParameter.test(name);

/** What may carry a secret in a text, and what is left of it. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // https://user:password@host, and postgres://… and the like
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"\\]{1,2000}@/gi, `$1${redacted}@`],
  // ?api_key=…, &token=…
  [
    /([?&](?:api[-_]?key|(?:access[-_])?token|auth|key|sig(?:nature)?|password|pwd|(?:client[-_])?secret)=)[^&\s"\\#]+/gi,
    `$1${redacted}`,
  ],
  // Authorization: Bearer …; a scheme without a credential behind it is a word
  [/\b(bearer|basic)\s+(?=[^\s"\\]*[0-9=._~+/-])[\w.~+/=-]{6,}/gi, `$1 ${redacted}`],
  // Password=…; of a connection string
  [/\b(password|pwd)=[^;&\s"\\]+/gi, `$1=${redacted}`],
  // Members of a JSON object, at any depth
  [new RegExp(`("(?:[\\w-]*[-_])?${secretName}":)"(?:[^"\\\\]|\\\\.)+"`, 'gi'), `$1"${redacted}"`],
];

/** The text without credentials in addresses, keys in queries, authorization values and passwords. */
export const redactSecrets = (text: string): string =>
  patterns.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);

/** Headers as they may be stored and shown: credentials redacted, `Set-Cookie` left out. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'set-cookie') continue;
    shown[name] = secretHeader.test(name) ? redacted : (headers[name] ?? '');
  }
  return shown;
}
