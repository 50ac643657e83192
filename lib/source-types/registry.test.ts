import { describe, expect, it } from 'vitest';
import { formFields } from './form-fields.ts';
import { getSourceType, listSourceTypes } from './registry.ts';

it('an unknown type is refused with the ones there are', () => {
  expect(() => getSourceType('gopher')).toThrow(
    expect.objectContaining({
      code: 'source_type_unknown',
      remedy: expect.stringContaining('mediawiki, openalex, http, test'),
    }),
  );
});

describe.each(listSourceTypes())('the type $id', (type) => {
  it('has a hint for every field of its settings and seeds, and none without a field', () => {
    const settings = formFields(type.settingsSchema, type.fieldHints);
    expect(settings.map(({ path }) => path).sort()).toEqual(Object.keys(type.fieldHints).sort());
    const seeds = formFields(type.seedSchema, type.seedHints);
    expect(seeds.map(({ path }) => path).sort()).toEqual(Object.keys(type.seedHints).sort());
    for (const { hint } of [...settings, ...seeds]) {
      expect(hint.label).not.toBe('');
      expect(hint.help).toMatch(/\.$/);
    }
  });

  it('has the settings every type has, in seconds', () => {
    const paths = formFields(type.settingsSchema, type.fieldHints).map(({ path }) => path);
    expect(paths).toEqual(
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

it('form fields tell kinds, limits, defaults and what is required', () => {
  const type = getSourceType('mediawiki');
  const fields = new Map(
    formFields(type.settingsSchema, type.fieldHints).map((field) => [field.path, field]),
  );
  expect(fields.get('api_url')).toMatchObject({ kind: 'text', required: true });
  expect(fields.get('timeout')).toMatchObject({
    kind: 'number',
    required: false,
    default: 30,
    min: 1,
    max: 600,
  });
  expect(fields.get('namespaces')).toMatchObject({ kind: 'list', default: [0] });
  expect(fields.get('discovery.enabled')).toMatchObject({ kind: 'boolean', default: true });
  const http = getSourceType('http');
  const response = formFields(http.settingsSchema, http.fieldHints).find(
    ({ path }) => path === 'response',
  );
  expect(response).toMatchObject({ kind: 'choice', choices: ['auto', 'json', 'text'] });
});
