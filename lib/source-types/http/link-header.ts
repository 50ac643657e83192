/** The `Link` header (RFC 8288): `<https://api.example.org/items?page=2>; rel="next"`. */

const link = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]*))?)*)/g;
const parameter = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*)))?/g;

/** The first address with the relation, as it was written; null when there is none. */
export function linkOf(header: string | undefined, relation: string): string | null {
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(link)) {
    for (const [, name = '', quoted, plain] of parameters.matchAll(parameter)) {
      if (name.toLowerCase() !== 'rel') continue;
      if ((quoted ?? plain ?? '').toLowerCase().split(/\s+/).includes(relation)) {
        return address.trim();
      }
    }
  }
  return null;
}
