/** JSON as TypeScript sees it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

/** A number that is written otherwise than a double would be: `9007199254740993`, `1.10`, `1e400`. */
export class WrittenNumber {
  readonly written: string;
  constructor(written: string) {
    this.written = written;
  }
  toString(): string {
    return this.written;
  }
  /** So that `JSON.stringify` writes the same digits. */
  toJSON(): unknown {
    return rawJson(this.written);
  }
}

/** JSON whose numbers are kept by their digits. Every `JsonValue` is one. */
export type WrittenJson =
  | Exclude<JsonValue, JsonValue[] | JsonObject>
  | WrittenNumber
  | WrittenJson[]
  | WrittenObject;
export type WrittenObject = { [key: string]: WrittenJson };

/** ECMAScript 2026; TypeScript does not list it yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON?: (text: string) => unknown };
/** A browser that lacks it shows what a double holds. */
const rawJson = (written: string): unknown => rawJSON?.(written) ?? Number(written);

/** Undefined when the text is no JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    // JSON.parse yields exactly the JsonValue shapes.
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The value a text column holds; null for no text, and for what is no JSON. */
export const jsonFromText = (text: string | null): JsonValue | null =>
  text === null ? null : (parseJson(text) ?? null);

/** The object a text column holds; null for everything else. */
export function objectFromText(text: string | null): JsonObject | null {
  const value = jsonFromText(text);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : null;
}

/**
 * Whether it is an object with that member: what is asked of every item is asked this before its schema, which makes an
 * error, with a stack, of whatever does not meet it.
 */
export const hasMember = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && name in value;
