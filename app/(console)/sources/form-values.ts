/**
 * Between the texts of a form and the JSON of settings and seeds. What cannot be read as a number is
 * passed on as text, so that the type's schema reports beside the field what is wrong.
 */
import type { JsonObject, JsonValue } from '#lib/json.ts';

export interface FormField {
  /** Dotted path in the settings or in one seed. */
  readonly path: string;
  readonly label: string;
  readonly help: string;
  readonly widget:
    | 'text'
    | 'url'
    | 'date'
    | 'email'
    | 'number'
    | 'seconds'
    | 'switch'
    | 'lines'
    | 'area'
    | 'headers'
    | 'select';
  /** What one value, or one line, is in JSON. */
  readonly kind: 'text' | 'number' | 'boolean';
  readonly placeholder: string | null;
  readonly group: string | null;
  /** Allowed values of a select. */
  readonly options: readonly string[];
  readonly isRequired: boolean;
  readonly initial: FieldValue;
  /** It applies only while the field of the path has one of these values; null = always. */
  readonly when: { readonly path: string; readonly is: readonly string[] } | null;
}

/** Lines and headers are one text with line breaks. */
export type FieldValue = string | boolean;
export type FormValues = Readonly<Record<string, FieldValue>>;

/** Those that apply, as the values stand. */
export const applying = <Field extends Pick<FormField, 'when'>>(
  fields: readonly Field[],
  all: readonly FormField[],
  values: FormValues,
): Field[] =>
  fields.filter(({ when }) => {
    if (when === null) return true;
    const initial = all.find(({ path }) => path === when.path)?.initial ?? '';
    return when.is.includes(String(values[when.path] ?? initial));
  });

/** The form's values of stored JSON; what is absent starts as the schema's default. */
export function valuesOf(fields: readonly FormField[], json: JsonObject): FormValues {
  return Object.fromEntries(
    fields.map((field) => {
      const value = at(json, field.path.split('.'));
      return [field.path, value === undefined ? field.initial : toFieldValue(field, value)];
    }),
  );
}

export function toFieldValue(field: Pick<FormField, 'widget'>, value: JsonValue): FieldValue {
  switch (field.widget) {
    case 'switch':
      return value === true;
    case 'lines':
      return Array.isArray(value) ? value.map(asText).join('\n') : asText(value);
    case 'headers':
      return isObject(value)
        ? Object.entries(value)
            .map(([name, header]) => `${name}: ${asText(header)}`)
            .join('\n')
        : asText(value);
    default:
      return asText(value);
  }
}

/** The JSON that the form's values stand for; fields that are empty or do not apply are left out. */
export function jsonOf(fields: readonly FormField[], values: FormValues): JsonObject {
  const json: JsonObject = {};
  for (const field of applying(fields, fields, values)) {
    const value = toJson(field, values[field.path] ?? field.initial);
    if (value !== undefined) put(json, field.path.split('.'), value);
  }
  return json;
}

function toJson(field: FormField, value: FieldValue): JsonValue | undefined {
  if (typeof value === 'boolean') return value;
  switch (field.widget) {
    case 'switch':
      return value === 'true';
    case 'lines': {
      const lines = linesOf(value).map((line) => scalar(field, line));
      // An empty list is what a person meant who emptied a field that had a default.
      return lines.length === 0 && field.initial === '' ? undefined : lines;
    }
    case 'headers':
      return Object.fromEntries(
        value
          .split('\n')
          .filter((line) => !isBlankLine(line))
          .map(headerOfLine)
          .map(({ name, text }) => [name.trim(), text.trim()]),
      );
    default: {
      const text = value.trim();
      return text === '' ? undefined : scalar(field, text);
    }
  }
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

function scalar({ kind }: FormField, text: string): JsonValue {
  if (kind !== 'number') return text;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/**
 * The message for a field out of messages by dotted path: its own, or that of one of its lines, with
 * the line's number.
 */
export function errorFor(
  fields: Readonly<Record<string, string>> | undefined,
  path: string,
): string | undefined {
  if (!fields) return undefined;
  const own = fields[path];
  if (own) return own;
  const [key, message] = Object.entries(fields).find(([name]) => name.startsWith(`${path}.`)) ?? [];
  if (key === undefined) return undefined;
  const rest = key.slice(path.length + 1);
  return /^\d+$/.test(rest) ? `line ${Number(rest) + 1}: ${message}` : `${rest}: ${message}`;
}

/** Messages that belong to none of the given paths, for a place of their own. */
export function otherErrors(
  fields: Readonly<Record<string, string>> | undefined,
  paths: readonly string[],
): readonly string[] {
  return Object.entries(fields ?? {})
    .filter(([name]) => !paths.some((path) => name === path || name.startsWith(`${path}.`)))
    .map(([name, message]) => `${name}: ${message}`);
}

function at(json: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const key of path) {
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function put(json: JsonObject, path: readonly string[], value: JsonValue) {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    json[key] = value;
    return;
  }
  const inner = json[key];
  const next: JsonObject = isObject(inner) ? inner : {};
  json[key] = next;
  put(next, rest, value);
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const asText = (value: JsonValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Headers as lines of text, `Name: value`, which is how a form keeps them. */
export function headerOfLine(line: string): { readonly name: string; readonly text: string } {
  const colon = line.indexOf(':');
  // Without a colon the whole line is a name.
  return colon < 0
    ? { name: line, text: '' }
    : { name: line.slice(0, colon), text: line.slice(colon + 1).replace(/^ /, '') };
}

/** A colon would end the name: it is left out, as no header's name has one. */
export const lineOfHeader = (name: string, text: string): string =>
  `${name.replaceAll(':', '')}: ${text}`;

/** True for a row that nobody has filled in. */
export const isBlankLine = (line: string): boolean => /^\s*:?\s*$/.test(line);
