/** The OpenAPI 3.1 document, made of the schemas that the endpoints parse with. */
import { z } from 'zod';
import { appErrorRemedies } from '#lib/errors/codes.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { apiBase } from './answer.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './registry.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly description?: unknown;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: unknown;
    readonly responses: unknown;
  };
}

/** Parts that schemas share move here; a reference within a document is counted from its root. */
type Shared = Record<string, JsonSchema>;

function schemaOf(
  schema: z.ZodType,
  io: 'input' | 'output',
  owner: string,
  shared: Shared,
): JsonSchema {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override({ jsonSchema }) {
      // Answers may hold more one day; their readers are not to fall over it.
      if (io === 'output' && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
    },
  }) as Record<string, unknown>;
  const prefix = owner.replaceAll(/[^\w]/g, '_');
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        key,
        key === '$ref' && typeof part === 'string'
          ? part.replace('#/$defs/', `#/components/schemas/${prefix}_`)
          : moved(part),
      ]),
    );
  };
  for (const [name, part] of Object.entries($defs as Record<string, unknown>)) {
    // `moved` keeps objects objects.
    shared[`${prefix}_${name}`] = moved(part) as JsonSchema;
  }
  return moved(own) as JsonSchema;
}

const propertiesOf = (schema: JsonSchema) => ({
  properties: Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>),
  required: (schema['required'] ?? []) as readonly string[],
});

function operationOf(one: Endpoint, shared: Shared): Operation {
  const header = (name: string, required: boolean, description: string) => ({
    name,
    in: 'header' as const,
    required,
    description,
    schema: { type: 'string' },
  });
  const of = (place: 'path' | 'query', schema: z.ZodType) => {
    const { properties, required } = propertiesOf(
      schemaOf(schema, 'input', `${one.id}_${place}`, shared),
    );
    return properties.map(([name, { description, ...rest }]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }));
  };
  return {
    operationId: one.id,
    summary: one.summary,
    tags: [one.id.split('.', 1)[0] ?? ''],
    description: `Needs the permission \`${one.permission}\`.`,
    parameters: [
      ...of('path', one.params),
      ...of('query', one.query),
      ...(one.isKeyed
        ? [
            header(
              'Idempotency-Key',
              false,
              'Made by the caller, once per intention: sent again, nothing is done twice.',
            ),
          ]
        : []),
      ...(one.ifMatch === 'required'
        ? [header('If-Match', true, 'The ETag that it was read with.')]
        : []),
    ],
    ...(one.body
      ? {
          requestBody: {
            required: !one.body.safeParse(undefined).success,
            content: {
              [one.bodyType ?? 'application/json']: {
                schema: schemaOf(one.body, 'input', `${one.id}_body`, shared),
              },
            },
          },
        }
      : {}),
    responses: {
      ...responsesOf(one, shared),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function responsesOf({ output, id }: Endpoint, shared: Shared): Record<string, unknown> {
  if (output === null) return { '204': { description: 'Done.' } };
  if (typeof output === 'string') {
    return { '200': { description: 'The file.', content: { [output]: { schema: {} } } } };
  }
  const schema = schemaOf(output, 'output', `${id}_output`, shared);
  return { '2XX': { description: 'Done.', content: { 'application/json': { schema } } } };
}

let made: OpenApi | null = null;

/** The same object at every call. */
export function openApi(): OpenApi {
  made ??= make();
  return made;
}

function make(): OpenApi {
  const shared: Shared = {};
  const paths: Record<string, Record<string, Operation>> = {};
  for (const one of endpoints) {
    paths[one.path] = {
      ...paths[one.path],
      [one.method.toLowerCase()]: operationOf(one, shared),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holocron Ingest',
      version: packageFile.version,
      description:
        'What operators do in the console, for programs. Each request shows an API token; its permissions and sources bound what it may do.',
    },
    servers: [{ url: apiBase }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { ...shared, Problem: problemSchema },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: {
        Problem: {
          description: 'Why it was not done (RFC 9457).',
          content: {
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          },
        },
      },
    },
  };
}

const problemSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'remedy'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', examples: Object.keys(appErrorRemedies).slice(0, 3) },
    remedy: { type: 'string' },
    fields: { type: 'object', additionalProperties: { type: 'string' } },
    conflict: {
      type: 'object',
      description: 'What somebody else changed meanwhile, and when.',
      required: ['by', 'at', 'changes'],
      properties: {
        by: { type: ['string', 'null'] },
        at: { type: ['string', 'null'], format: 'date-time' },
        changes: {
          type: 'array',
          items: {
            type: 'object',
            required: ['field'],
            // As it was read, and as it is stored now; absent where it is not there. Of any type.
            properties: { field: { type: 'string' }, before: true, theirs: true },
          },
        },
      },
    },
    errorId: { type: 'string', description: 'Stands in the log of the web process.' },
  },
};
