/** What a form needs of a type's schema: one flat list of fields, in the order of the schema. */
import { z } from 'zod';
import type { JsonValue } from '#lib/json.ts';
import type { FieldHint } from './source-type.ts';

export interface FormField {
  /** Dotted, as in field errors: `discovery.max_depth`. */
  readonly path: string;
  readonly kind: 'text' | 'number' | 'integer' | 'boolean' | 'list' | 'map' | 'choice';
  readonly required: boolean;
  readonly hint: FieldHint;
  readonly default?: JsonValue;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

const node = z.looseObject({
  type: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
type Node = z.infer<typeof node>;

/** Every leaf of an object schema. Throws when a field has no hint, which a test turns red. */
export function formFields(
  schema: z.ZodType,
  hints: Readonly<Record<string, FieldHint>>,
): FormField[] {
  const root = node.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return fieldsOf(root, '', hints);
}

function fieldsOf(
  parent: Node,
  base: string,
  hints: Readonly<Record<string, FieldHint>>,
): FormField[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, value]) => {
    const child = node.parse(value);
    const path = base === '' ? name : `${base}.${name}`;
    if (child.properties) return fieldsOf(child, path, hints);
    const hint = hints[path];
    if (!hint) throw new Error(`the field ${path} has no hint`);
    return [fieldOf(child, path, hint, parent.required?.includes(name) ?? false)];
  });
}

function fieldOf(leaf: Node, path: string, hint: FieldHint, required: boolean): FormField {
  const choices = leaf.enum ?? (leaf.const === undefined ? undefined : [leaf.const]);
  return {
    path,
    kind: kindOf(leaf, choices !== undefined),
    required,
    hint,
    // Defaults were written as JSON by the schema.
    ...(leaf.default === undefined ? {} : { default: leaf.default as JsonValue }),
    ...(choices ? { choices } : {}),
    ...(leaf.minimum === undefined ? {} : { min: leaf.minimum }),
    ...(leaf.maximum === undefined ? {} : { max: leaf.maximum }),
  };
}

function kindOf(leaf: Node, isChoice: boolean): FormField['kind'] {
  if (isChoice) return 'choice';
  switch (leaf.type) {
    case 'number':
    case 'integer':
    case 'boolean':
      return leaf.type;
    case 'array':
      return 'list';
    case 'object':
      return 'map';
    default:
      return 'text';
  }
}
