/** Takes secrets out of text that leaves the process, wherever in it they stand. */

const mark = '[redacted]';

/** What may carry a secret, and what is left of it. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // https://user:password@host, and postgres://… and the like
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"\\]+@/gi, `$1${mark}@`],
  // ?api_key=…, &token=…
  [
    /([?&](?:api[-_]?key|(?:access[-_])?token|auth|key|sig(?:nature)?|password|pwd|(?:client[-_])?secret)=)[^&\s"\\#]+/gi,
    `$1${mark}`,
  ],
  // Authorization: Bearer …; a scheme without a credential behind it is a word
  [/\b(bearer|basic)\s+(?=[^\s"\\]*[0-9=._~+/-])[\w.~+/=-]{6,}/gi, `$1 ${mark}`],
  // Password=…; of a connection string
  [/\b(password|pwd)=[^;&\s"\\]+/gi, `$1=${mark}`],
  // Members of a JSON object, at any depth
  [
    /("(?:[\w-]*[-_])?(?:authorization|cookie|set-cookie|password|secret(?:_?key)?|api[-_]?key|token)":)"(?:[^"\\]|\\.)+"/gi,
    `$1"${mark}"`,
  ],
];

/** The text without credentials in addresses, keys in queries, authorization values and passwords. */
export const redactSecrets = (text: string): string =>
  patterns.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);
