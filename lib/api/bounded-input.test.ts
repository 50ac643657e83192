/** Every body of the API by its schema: nothing in it grows without a bound, and what is said of it does not either. */
import { describe, expect, it } from 'vitest';
import { type AppError, parseInput } from '#lib/errors/app-error.ts';
import { openApi } from './openapi.ts';
import { endpoints } from './registry.ts';

const document = openApi();

/** Paths of lists that have no bound of their own. */
function endless(schema: unknown, path: string, above: readonly unknown[] = []): string[] {
  if (typeof schema !== 'object' || schema === null || above.includes(schema)) return [];
  const within = [...above, schema];
  const { type, maxItems, $ref } = schema as Readonly<Record<string, unknown>>;
  const own = type === 'array' && maxItems === undefined ? [path] : [];
  const shared =
    typeof $ref === 'string'
      ? document.components.schemas[$ref.replace('#/components/schemas/', '')]
      : undefined;
  return [
    ...own,
    ...endless(shared, path, within),
    ...Object.entries(schema).flatMap(([key, part]: [string, unknown]) =>
      endless(part, /^(properties|anyOf|oneOf|items)$/.test(key) ? path : `${path}.${key}`, within),
    ),
  ];
}

describe('a body of the API', () => {
  it('has no list without a bound', () => {
    const found = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ operationId, requestBody }) =>
        Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
          endless(schema, operationId),
        ),
      ),
    );
    // Any JSON, which the bounds of the whole body hold and the source's type checks.
    const free = /\.(?:settings|seeds|metadata)\.additionalProperties/;
    expect(found.filter((path) => !free.test(path))).toEqual([]);
  });

  it.each(endpoints.flatMap((one) => (one.body ? [[one.id, one.body] as const] : [])))(
    '%s is told of its faults in a few kilobytes, however many it has',
    (_, body) => {
      const keys = Object.fromEntries(Array.from({ length: 5_000 }, (__, at) => [`k${at}`, 1]));
      const many = Array.from({ length: 5_000 }, () => 1);
      const lists = Object.fromEntries(
        ['sources', 'ids', 'items', 'seeds', 'workItemIds', 'quarantineIds'].map((name) => [
          name,
          many,
        ]),
      );
      for (const input of [keys, lists, many, { ['k'.repeat(900_000)]: 1 }, 'x'.repeat(900_000)]) {
        const told = faultsOf(() => parseInput(body, input));
        expect(told.length).toBeLessThan(64 * 1024);
      }
    },
  );
});

function faultsOf(parse: () => unknown): string {
  try {
    parse();
    return '';
  } catch (error) {
    const { message, fields } = error as AppError;
    return JSON.stringify({ message, fields });
  }
}
