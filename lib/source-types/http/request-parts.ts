/** Parameters in the query of an address, in a form and in a JSON body; whatever else they hold stays as it is written. */

export interface RequestParts {
  readonly url: string;
  /** JSON or a form; null = none. */
  readonly body: string | null;
}

/** The values a parameter may be given: a number is one in JSON, too. */
export interface ParameterValue {
  readonly text: string;
  readonly isNumber: boolean;
}

export type Place = 'address' | 'body';

/** Null where it is not given, or is no text or number. */
export function parameterOf(
  { url, body }: RequestParts,
  name: string,
  place: Place,
): string | null {
  if (place === 'address') return parameterIn(new URL(url).search.slice(1), name);
  const json = jsonBody(body);
  if (json === null) return parameterIn(body ?? '', name);
  const value = memberAt(json, name);
  if (value instanceof Digits) return value.text;
  return typeof value === 'string' ? value : null;
}

/** The request with the parameter; one that is there keeps its place, and in JSON its type. */
export function withParameter(
  parts: RequestParts,
  name: string,
  value: ParameterValue,
  place: Place,
): RequestParts {
  if (place === 'address') {
    const url = new URL(parts.url);
    url.search = withPart(url.search.slice(1), name, value.text);
    return { ...parts, url: url.href };
  }
  const json = jsonBody(parts.body);
  if (json === null) return { ...parts, body: withPart(parts.body ?? '', name, value.text) };
  const isNumeric = /^-?(?:0|[1-9]\d*)$/.test(value.text);
  const asNumber = isNumeric && (value.isNumber || memberAt(json, name) instanceof Digits);
  putAt(json, name, asNumber ? new Digits(value.text) : value.text);
  return { ...parts, body: JSON.stringify(json) };
}

/** The type of what is sent. */
export const bodyType = (body: string): string =>
  jsonBody(body) === null ? 'application/x-www-form-urlencoded' : 'application/json';

function parameterIn(query: string, name: string): string | null {
  return new URLSearchParams(query).get(name);
}

/** Only this parameter is written anew. */
function withPart(query: string, name: string, value: string): string {
  const written = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  const parts = query === '' ? [] : query.split('&');
  const isIt = (part: string) => new URLSearchParams(part).has(name);
  const at = parts.findIndex(isIt);
  if (at === -1) return [...parts, written].join('&');
  return parts
    .flatMap((part, place) => (place === at ? [written] : isIt(part) ? [] : [part]))
    .join('&');
}

/** A number by its digits: those of an id are not to pass through a double. */
class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return jsonWithSource.rawJSON(this.text);
  }
}

// Of ECMAScript 2026 (JSON.parse source text access), which Node has and the types do not know yet.
const jsonWithSource = JSON as unknown as {
  rawJSON(text: string): unknown;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
};

type Members = { [name: string]: unknown };

/** The object or list of a JSON body; null for a form. */
function jsonBody(body: string | null): Members | null {
  if (body === null || !/^\s*[[{]/.test(body)) return null;
  try {
    // The pattern above leaves only objects and lists.
    return jsonWithSource.parse(body, (_, value, { source }) =>
      typeof value === 'number' && source !== undefined ? new Digits(source) : value,
    ) as Members;
  } catch {
    return null;
  }
}

function memberAt(json: Members, name: string): unknown {
  let value: unknown = json;
  for (const key of name.split('.')) {
    value = isMembers(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function putAt(json: Members, name: string, value: unknown): void {
  const keys = name.split('.');
  const last = keys.pop() ?? name;
  let inner = json;
  for (const key of keys) {
    const next = Object.hasOwn(inner, key) ? inner[key] : undefined;
    const members: Members = isMembers(next) ? next : {};
    defineMember(inner, key, members);
    inner = members;
  }
  defineMember(inner, last, value);
}

/** Also one that is called `__proto__`. */
const defineMember = (object: Members, key: string, value: unknown) =>
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !(value instanceof Digits);
