/** JSON as TypeScript sees it. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

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
