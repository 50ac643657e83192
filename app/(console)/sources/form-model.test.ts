import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { getSourceType, listSourceTypes } from '#lib/source-types/registry.ts';
import { fieldsOf, formModelOf } from './form-model.ts';
import {
  applying,
  errorFor,
  headerOfLine,
  isBlankLine,
  jsonOf,
  lineOfHeader,
  otherErrors,
  valuesOf,
} from './form-values.ts';

describe.each(listSourceTypes().map((type) => [type.id, type] as const))(
  'the form of %s',
  (_, type) => {
    const model = formModelOf(type);

    it('gives back what it was filled with, for every template', () => {
      for (const template of type.templates) {
        const filled = jsonOf(model.settings, valuesOf(model.settings, template.settings));
        // A template may leave a required field empty for the person to fill in.
        const complete = {
          ...filled,
          ...(model.type === 'mediawiki' ? { email: 'a@example.org' } : {}),
        };
        const expected = {
          ...template.settings,
          ...(model.type === 'mediawiki' ? { email: 'a@example.org' } : {}),
        };
        expect(type.settingsSchema.parse(complete)).toEqual(type.settingsSchema.parse(expected));
        for (const seed of template.seeds) {
          const seedJson = jsonOf(model.seed, valuesOf(model.seed, seed));
          expect(type.seedSchema.parse(seedJson)).toEqual(type.seedSchema.parse(seed));
        }
      }
    });

    it('starts with the defaults of the schema', () => {
      const values = valuesOf(model.settings, {});
      expect(values).toMatchObject({ timeout: '30', max_retries: '3' });
    });
  },
);

describe('the fields of a form', () => {
  const model = formModelOf(getSourceType('mediawiki'));
  const field = (path: string) => model.settings.find((one) => one.path === path);

  it('follow the schema', () => {
    expect(field('api_url')).toMatchObject({ widget: 'url', isRequired: true, initial: '' });
    expect(field('email')).toMatchObject({ isRequired: true });
    expect(field('user_agent')).toMatchObject({ isRequired: false });
    expect(field('namespaces')).toMatchObject({ widget: 'lines', kind: 'number', initial: '0' });
    expect(field('discovery.discover_links')).toMatchObject({ widget: 'switch', initial: true });
    expect(model.seed.find((one) => one.path === 'resource_type')).toMatchObject({
      widget: 'select',
      options: ['page', 'category', 'content', 'search'],
    });
  });

  it('hand on a text that is no number, for the schema to refuse', () => {
    const values = { ...valuesOf(model.settings, {}), timeout: 'soon', namespaces: '0\nx' };
    expect(jsonOf(model.settings, values)).toMatchObject({ timeout: 'soon', namespaces: [0, 'x'] });
  });

  it('leave out what was emptied, and keep a list that was emptied empty', () => {
    const values = { ...valuesOf(model.settings, {}), user_agent: '  ', namespaces: '' };
    const json = jsonOf(model.settings, values);
    expect(json).not.toHaveProperty('user_agent');
    expect(json).toMatchObject({ namespaces: [] });
  });

  it('write headers one a line', () => {
    const [headers] = fieldsOf(z.strictObject({ headers: z.record(z.string(), z.string()) }), {
      headers: { label: 'Headers', help: '', widget: 'headers' },
    });
    if (!headers) throw new Error('no field');
    const json = { headers: { Accept: 'text/html', 'X-Time': '10:30' } };
    const values = valuesOf([headers], json);
    expect(values).toEqual({ headers: 'Accept: text/html\nX-Time: 10:30' });
    expect(jsonOf([headers], values)).toEqual(json);
  });

  it('that do not apply are neither drawn nor saved', () => {
    const { settings, secrets } = formModelOf(getSourceType('http'));
    const values = {
      ...valuesOf(settings, {}),
      'authentication.by': 'basic',
      'authentication.user': 'luke',
      'authentication.name': 'not used',
    };
    const drawn = applying(settings, settings, values).map(({ path }) => path);
    expect(drawn).toContain('authentication.user');
    expect(drawn).not.toContain('authentication.name');
    expect(applying(secrets, settings, values).map(({ name }) => name)).toEqual(['password']);
    expect(applying(secrets, settings, {}).map(({ name }) => name)).toEqual(['authorization']);
    expect(jsonOf(settings, values)['authentication']).toEqual({ by: 'basic', user: 'luke' });
  });

  it('refuse a hint that names nothing', () => {
    expect(() => fieldsOf(z.strictObject({}), { ghost: { label: 'Ghost', help: '' } })).toThrow(
      /ghost/,
    );
  });
});

describe('messages beside fields', () => {
  const fields = {
    'settings.api_url': 'give an absolute http or https URL',
    'seeds.0.titles.2': 'must not be empty',
    'settings.headers.Host': 'is set by the crawler itself',
    type: 'cannot change',
  };

  it('find their field, with the line of a list', () => {
    expect(errorFor(fields, 'settings.api_url')).toBe('give an absolute http or https URL');
    expect(errorFor(fields, 'seeds.0.titles')).toBe('line 3: must not be empty');
    expect(errorFor(fields, 'settings.headers')).toBe('Host: is set by the crawler itself');
    expect(errorFor(fields, 'settings.email')).toBeUndefined();
    expect(errorFor(undefined, 'name')).toBeUndefined();
  });

  it('are shown elsewhere when no field is theirs', () => {
    expect(otherErrors(fields, ['settings.api_url', 'seeds.0.titles', 'settings.headers'])).toEqual(
      ['type: cannot change'],
    );
  });
});

describe('headers in rows', () => {
  it('are lines of text that come back as they were', () => {
    for (const [name, text] of [
      ['Accept', 'text/html; q=1'],
      ['X-Time', '12:30'],
      ['X-Empty', ''],
    ] as const) {
      expect(headerOfLine(lineOfHeader(name, text))).toEqual({ name, text });
    }
    expect(headerOfLine('no colon')).toEqual({ name: 'no colon', text: '' });
    expect(lineOfHeader('a:b', 'c')).toBe('ab: c');
  });

  it('leave out rows that nobody filled in', () => {
    expect([lineOfHeader('', ''), '  ', ':'].every(isBlankLine)).toBe(true);
    expect(isBlankLine(lineOfHeader('', 'a value without a name'))).toBe(false);
  });
});
