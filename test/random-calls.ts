/**
 * Requests drawn from the OpenAPI document: most of them right or nearly so, some wild. What answers name (ids, cursors)
 * is used again, so that calls reach what is there.
 */
import { type JsonSchema, type OpenApi, type Operation, openApi } from '#lib/api/openapi.ts';
import type { Asked } from '#test/api.ts';

export interface Random {
  /** From 0 up to, and without, `below`. */
  whole(below: number): number;
  of<T>(list: readonly T[]): T;
  /** True so many times in a hundred. */
  chance(percent: number): boolean;
}

/** mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const whole = (below: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    whole,
    chance: (percent) => whole(100) < percent,
    of(list) {
      const one = list[whole(list.length)];
      if (one === undefined && list.length === 0) throw new Error('nothing to choose from');
      return one as (typeof list)[number];
    },
  };
}

const wildTexts = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '%00',
  '../..',
  "' or 1=1 --",
  'ｓample',
  'SAMPLE',
  ' sample',
  '🦉'.repeat(300),
  'x'.repeat(5000),
  '-1',
  '1e999',
  'null',
  '[object Object]',
  '__proto__',
  'constructor',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
];
const wildValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  [],
  {},
  [[[[]]]],
  { action: 'skip' },
  JSON.parse('{"__proto__":{"a":1}}'),
  ...wildTexts,
];

export interface CallSource {
  draw(): Asked;
  /** Remembers what an answer names. */
  learn(text: string): void;
}

/** @param known texts by the name of the parameter or property that they are for */
export function randomCalls(
  random: Random,
  known: Readonly<Record<string, readonly string[]>>,
): CallSource {
  const document = openApi();
  const pools = new Map(Object.entries(known).map(([name, texts]) => [name, [...texts]]));
  const operations = operationsOf(document);
  const draw = (schema: JsonSchema, name: string, depth = 0): unknown =>
    drawValue({ random, document, pools }, schema, name, depth);
  return {
    draw() {
      const { path, method, operation } = random.of(operations);
      const given = operation.parameters.filter(
        (one) => one.required || one.in === 'path' || random.chance(25),
      );
      const text = ({ name, schema }: (typeof given)[number]) => {
        const value = draw(schema, name);
        return typeof value === 'string' ? value : JSON.stringify(value ?? null);
      };
      const of = (place: string) =>
        given.filter((one) => one.in === place).map((one) => [one.name, text(one)] as const);
      const filled = of('path').reduce(
        (whole, [name, value]) =>
          whole.replace(`{${name}}`, encodeURIComponent(value.toWellFormed())),
        path,
      );
      const query = new URLSearchParams(of('query').map(([name, value]) => [name, value]));
      const headers = of('header').map(
        ([name, value]) => [name, value.replaceAll(/[^\x20-\x7e]/g, '?').trim()] as const,
      );
      const [[type, { schema }] = ['', { schema: {} }]] = Object.entries(
        operation.requestBody?.content ?? {},
      );
      const body = operation.requestBody && !random.chance(3) ? draw(schema, 'body') : undefined;
      const sent = random.chance(2) ? random.of(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) : method;
      return {
        method: sent,
        path: `${filled}${query.size > 0 ? `?${query}` : ''}`,
        headers: Object.fromEntries(headers),
        ...(body === undefined || sent === 'GET'
          ? {}
          : {
              body: type === 'application/yaml' && typeof body !== 'string' ? 'sources: 1' : body,
            }),
      };
    },
    learn(text) {
      const named =
        /"(runId|workItemId|ingestId|bulkActionId|scheduleId|muteId|channelId|quarantineId|alertId|next|previous)":"([^"]+)"/g;
      for (const [, found = '', value = ''] of text.matchAll(named)) {
        const name = found === 'next' || found === 'previous' ? 'cursor' : found;
        const pool = pools.get(name) ?? [];
        pools.set(name, [value, ...pool].slice(0, 50));
      }
    },
  };
}

/** JSON that an endpoint might answer, by its own schema: mostly right. */
export function randomAnswer(random: Random, operationId: string): unknown {
  const document = openApi();
  const found = operationsOf(document).find(
    ({ operation }) => operation.operationId === operationId,
  );
  const responses = found?.operation.responses['2XX'] as
    | { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
    | undefined;
  const schema = responses?.content['application/json']?.schema ?? {};
  return drawValue({ random, document, pools: new Map() }, schema, 'answer', 0);
}

function operationsOf({ paths }: OpenApi) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]: [string, Operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
}

interface Drawing {
  readonly random: Random;
  readonly document: OpenApi;
  readonly pools: ReadonlyMap<string, readonly string[]>;
}

function drawValue(drawing: Drawing, given: JsonSchema, name: string, depth: number): unknown {
  const { random, document, pools } = drawing;
  const schema = resolved(document, given);
  if (random.chance(4)) return random.of(wildValues);
  const pool = pools.get(name);
  if (pool && pool.length > 0 && random.chance(85)) return tampered(random, random.of(pool));
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return random.of(schema['enum']);
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (choices) return drawValue(drawing, random.of(choices), name, depth);
  if ('default' in schema && random.chance(30)) return schema['default'];
  const examples = schema['examples'] as readonly unknown[] | undefined;
  if (examples && random.chance(80)) return random.of(examples);
  switch (schema['type']) {
    case 'object':
      return drawObject(drawing, schema, depth);
    case 'array': {
      const most = Math.min(Number(schema['maxItems'] ?? 4), 4);
      const length = depth > 5 ? 0 : Number(schema['minItems'] ?? 0) + random.whole(most);
      const items = (schema['items'] ?? {}) as JsonSchema;
      const one = name.endsWith('s') ? (pools.has(name) ? name : 'item') : name;
      return Array.from({ length }, () =>
        drawValue(
          drawing,
          items,
          name === 'ids' ? 'workItemId' : name === 'sources' ? 'source' : one,
          depth + 1,
        ),
      );
    }
    case 'boolean':
      return random.chance(50);
    case 'null':
      return null;
    case 'integer':
    case 'number': {
      const least = Math.max(Number(schema['minimum'] ?? 0), -1000);
      const most = Math.min(Number(schema['maximum'] ?? 1000), least + 10_000);
      return random.chance(10) ? most + 1 : least + random.whole(Math.max(1, most - least + 1));
    }
    case 'string':
      return drawText(random, schema);
    default:
      return random.of(wildValues);
  }
}

function drawObject(drawing: Drawing, schema: JsonSchema, depth: number): object {
  const { random } = drawing;
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const required = (schema['required'] ?? []) as readonly string[];
  const chosen = properties.filter(
    ([name]) => (required.includes(name) && !random.chance(2)) || (depth < 6 && random.chance(30)),
  );
  const drawn = chosen.map(
    ([name, part]) => [name, drawValue(drawing, part, name, depth + 1)] as const,
  );
  const more = random.chance(2) ? [['unexpected', 1] as const] : [];
  return Object.fromEntries([...drawn, ...more]);
}

function drawText(random: Random, schema: JsonSchema): string {
  if (random.chance(10)) return random.of(wildTexts);
  if (schema['format'] === 'uri') return `https://sample.invalid/${random.whole(1000)}`;
  if (schema['format'] === 'date-time') return '2026-01-31T09:15:00Z';
  if (String(schema['pattern'] ?? '').includes('\\d')) return String(random.whole(100));
  return `text ${random.whole(1000)}`;
}

/** A text that is right, and sometimes no longer: cut off, prolonged, or with one letter changed. */
function tampered(random: Random, text: string): string {
  if (!random.chance(12)) return text;
  const at = random.whole(text.length + 1);
  return random.of([
    text.slice(0, at),
    text + random.of(wildTexts),
    `${text.slice(0, at)}${random.of(['A', '0', '-', '%', '"'])}${text.slice(at + 1)}`,
    text.toUpperCase(),
  ]);
}

function resolved(document: OpenApi, schema: JsonSchema): JsonSchema {
  const ref = schema['$ref'];
  if (typeof ref !== 'string') return schema;
  return document.components.schemas[ref.replace('#/components/schemas/', '')] ?? {};
}
