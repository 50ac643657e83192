/** The form of a source type, derived from its schemas and hints, as plain data for the browser. */
import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { FieldHint, SourceType } from '#lib/source-types/source-type.ts';
import { type FormField, toFieldValue } from './form-values.ts';

export interface SecretField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly isRequired: boolean;
  readonly when: FormField['when'];
}

export interface SourceFormModel {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly settings: readonly FormField[];
  readonly seed: readonly FormField[];
  readonly secrets: readonly SecretField[];
}

/** The parts of JSON Schema that the types' settings use. */
interface Schema {
  readonly type?: string;
  readonly default?: JsonValue;
  readonly enum?: readonly JsonValue[];
  readonly const?: JsonValue;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

export function formModelOf(type: SourceType): SourceFormModel {
  return {
    type: type.id,
    title: type.title,
    description: type.description,
    settings: fieldsOf(type.settingsSchema, type.fieldHints),
    seed: fieldsOf(type.seedSchema, type.seedHints),
    secrets: Object.entries(type.secretFields).map(([name, hint]) => ({
      name,
      label: hint.label,
      help: hint.help,
      isRequired: hint.required,
      when: hint.when ?? null,
    })),
  };
}

/** In the order of the hints. A hint without a schema is a mistake of the type, and throws. */
export function fieldsOf(
  schema: z.ZodType,
  hints: Readonly<Record<string, FieldHint>>,
): FormField[] {
  // JSON Schema as zod writes it; only the parts named in `Schema` are read.
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
  return Object.entries(hints).map(([path, hint]) => fieldOf(root, path, hint));
}

function fieldOf(root: Schema, path: string, hint: FieldHint): FormField {
  const { schema, isRequired } = schemaAt(root, path);
  const widget = widgetOf(hint, schema);
  return {
    path,
    label: hint.label,
    help: hint.help,
    widget,
    kind: kindOf(widget === 'lines' ? (schema.items ?? {}) : schema),
    placeholder: hint.placeholder ?? null,
    group: hint.group ?? null,
    options: optionsOf(schema),
    when: hint.when ?? null,
    isRequired: isRequired && schema.default === undefined,
    initial:
      schema.default === undefined
        ? widget === 'switch'
          ? false
          : ''
        : toFieldValue({ widget }, schema.default),
  };
}

function schemaAt(root: Schema, path: string): { schema: Schema; isRequired: boolean } {
  let schema = root;
  let isRequired = true;
  for (const key of path.split('.')) {
    const next = schema.properties?.[key];
    if (!next) throw new TypeError(`the hint ${path} names no field of its schema`);
    isRequired &&= schema.required?.includes(key) ?? false;
    schema = next;
  }
  return { schema, isRequired };
}

function widgetOf(hint: FieldHint, schema: Schema): FormField['widget'] {
  if (hint.widget && hint.widget !== 'secret') return hint.widget;
  if (schema.enum) return 'select';
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'array') return 'lines';
  if (schema.type === 'object') return 'headers';
  return schema.type === 'integer' || schema.type === 'number' ? 'number' : 'text';
}

function kindOf({ type }: Schema): FormField['kind'] {
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'boolean' ? 'boolean' : 'text';
}

const optionsOf = (schema: Schema): string[] =>
  (schema.enum ?? (schema.const === undefined ? [] : [schema.const])).map(String);
