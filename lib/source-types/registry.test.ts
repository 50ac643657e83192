import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { getSourceType, listSourceTypes } from './registry.ts';

/** Dotted paths of all leaves of an object schema, sorted. */
function fieldPaths(schema: z.ZodType): string[] {
  const walk = (node: z.core.JSONSchema.JSONSchema, base: string): string[] =>
    Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
      const path = base === '' ? name : `${base}.${name}`;
      return typeof child === 'object' && child.properties ? walk(child, path) : [path];
    });
  return walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '').sort();
}

it('an unknown type is refused with the ones there are', () => {
  expect(() => getSourceType('gopher')).toThrow(
    expect.objectContaining({
      code: 'source_type_unknown',
      remedy: expect.stringContaining('feed, http, mediawiki, openalex, test'),
    }),
  );
});

describe.each(listSourceTypes())('the type $id', (type) => {
  it('has a hint for every field of its settings and seeds, and none without a field', () => {
    expect(Object.keys(type.fieldHints).sort()).toEqual(fieldPaths(type.settingsSchema));
    expect(Object.keys(type.seedHints).sort()).toEqual(fieldPaths(type.seedSchema));
    for (const { label, help } of [
      ...Object.values(type.fieldHints),
      ...Object.values(type.seedHints),
      ...Object.values(type.secretFields),
    ]) {
      expect(label).not.toBe('');
      expect(help).toMatch(/\.$/);
    }
  });

  it('has the settings every type has', () => {
    expect(fieldPaths(type.settingsSchema)).toEqual(
      expect.arrayContaining(['rate_limit_delay', 'timeout', 'max_retries', 'user_agent']),
    );
  });

  it('has templates that its own schemas accept once the contact is filled in', () => {
    expect(type.templates).not.toHaveLength(0);
    for (const { settings, seeds } of type.templates) {
      const filled = settings['email'] === '' ? { ...settings, email: 'op@example.org' } : settings;
      const parsed = type.settingsSchema.parse(filled);
      const context = { sourceName: 'x', settings: parsed, secrets: {} };
      const items = seeds.flatMap((seed) => type.seedItems(context, type.seedSchema.parse(seed)));
      expect(items.length).toBeGreaterThan(0);
    }
  });

  it('refuses unknown keys', () => {
    const result = type.settingsSchema.safeParse({ rate_limit_dely: 1 });
    expect(result.error?.issues).toContainEqual(
      expect.objectContaining({ code: 'unrecognized_keys', keys: ['rate_limit_dely'] }),
    );
  });
});
