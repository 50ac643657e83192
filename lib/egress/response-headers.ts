/** Headers of a response as the rest of the product reads them. */

/**
 * Of these the last one that says something counts; joined they would mean something else (Fetch standard, "extract a
 * MIME type").
 */
const lastCounts = new Set(['content-type']);
const namesType = /^\s*[\w!#$&^.+~-]+\/[\w!#$&^.+~-]/;
/** Of these there is one; a second is a fault of the server's, and the first counts. */
const firstCounts = new Set(['location', 'date', 'etag', 'last-modified', 'retry-after', 'age']);

/** Of these each is a line of its own: joined by commas, what one says of one crawler would bind the next to it. */
const standApart = new Set(['x-robots-tag']);

/** Lower-case names; repeated headers joined with `, ` where they are lists, with line feeds where each stands alone. */
export function flattened(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const flat: [string, string][] = [];
  for (const [written, value] of Object.entries(headers)) {
    const name = written.toLowerCase();
    if (value === undefined) continue;
    flat.push([name, Array.isArray(value) ? oneOf(name, value) : value]);
  }
  // From entries: a header named `__proto__` is a header.
  return Object.fromEntries(flat);
}

function oneOf(name: string, values: readonly string[]): string {
  if (lastCounts.has(name))
    return values.findLast((value) => namesType.test(value)) ?? values.at(-1) ?? '';
  if (firstCounts.has(name)) return values[0] ?? '';
  return values.join(standApart.has(name) ? '\n' : ', ');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A header that holds addresses. Node gives each byte as a character; servers that write `/café` as it is mean UTF-8,
 * and browsers read it so.
 */
export function addressIn<T extends string | undefined>(value: T): T | string {
  if (value === undefined || !/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
