/** Entities that an XML text declares for itself (`<!ENTITY site "News">`, XML 1.0, 4.2), written out. Pure. */
import { AppError } from '#lib/errors/app-error.ts';

/** Where they are declared: before the root element, characters. */
const longestProlog = 64 * 1024;
const mostDeclared = 200;
/** Of a text without its references, and of what they add in all, characters. */
const longestValue = 4_000;
const mostAdded = 1024 * 1024;

const declaration =
  /<!ENTITY[ \t\r\n]{1,20}([A-Za-z_][\w.-]{0,60})[ \t\r\n]{1,20}(?:"([^"%]{0,4000})"|'([^'%]{0,4000})')/g;
const reference = /&([A-Za-z_][\w.-]{0,60});/g;
const predefined = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);

/**
 * The text with its own entities written out, once: what their values refer to stays as it is, and so do entities that
 * stand elsewhere (SYSTEM), which nobody asks for.
 * @throws AppError `payload_too_complex` where they would add more than 1 MiB
 */
export function withEntities(text: string): string {
  const prolog = text.slice(0, longestProlog);
  const doctype = prolog.indexOf('<!DOCTYPE');
  if (doctype === -1 || !prolog.includes('<!ENTITY', doctype)) return text;
  const end = prolog.indexOf(']>', doctype);
  if (end === -1) return text;
  const values = new Map<string, string>();
  for (const [, name = '', double, single] of prolog.slice(doctype, end).matchAll(declaration)) {
    // The first declaration counts (4.2).
    if (values.size === mostDeclared) break;
    if (!values.has(name) && !predefined.has(name)) values.set(name, double ?? single ?? '');
  }
  // An entity may stand for others that were declared before it.
  for (const [name, value] of values) values.set(name, written(value, values, longestValue));
  let room = mostAdded;
  const parts = [text.slice(0, doctype)];
  for (let at = end + 2; at < text.length; ) {
    const cdata = text.indexOf('<![CDATA[', at);
    const part = text.slice(at, cdata === -1 ? text.length : cdata);
    const read = written(part, values, part.length + room);
    room -= Math.max(0, read.length - part.length);
    parts.push(read);
    if (cdata === -1) break;
    const closed = text.indexOf(']]>', cdata);
    at = closed === -1 ? text.length : closed + 3;
    parts.push(text.slice(cdata, at));
  }
  return parts.join('');
}

function written(text: string, values: ReadonlyMap<string, string>, most: number): string {
  let length = text.length;
  return text.replaceAll(reference, (whole, name: string) => {
    const value = values.get(name);
    if (value === undefined) return whole;
    length += value.length - whole.length;
    if (length > most) {
      throw new AppError('payload_too_complex', 'The entities of the XML make it too long.');
    }
    return value;
  });
}
