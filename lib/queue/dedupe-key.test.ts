import { describe, expect, test } from 'vitest';
import type { AppError } from '#lib/errors/app-error.ts';
import { aWorkItem } from '#test/factories.ts';
import { checkNewWorkItem, columnLengths, dedupeKeyOf } from './dedupe-key.ts';

const refusal = (item: Parameters<typeof aWorkItem>[0]): string => {
  try {
    checkNewWorkItem(aWorkItem(item));
  } catch (error) {
    // Everything it throws is an AppError; anything else fails the comparison of the code.
    return (error as AppError).code;
  }
  return 'accepted';
};

describe('the dedupe key', () => {
  test('joins system, name, type and id with colons', () => {
    const key = dedupeKeyOf({
      sourceSystem: 'mediawiki',
      sourceName: 'wookieepedia',
      resourceType: 'page',
      resourceId: 'Luke_Skywalker',
    });
    expect(key).toBe('mediawiki:wookieepedia:page:Luke_Skywalker');
  });

  test('accepts ids with colons, blanks inside, and any script', () => {
    for (const resourceId of [
      'Category:Films',
      'a b',
      'スター・ウォーズ',
      'Émile',
      '𝒳'.repeat(250),
    ]) {
      expect(refusal({ resourceId })).toBe('accepted');
    }
  });
});

describe('values that would be cut or merged are refused', () => {
  test.each(Object.entries(columnLengths))('%s fits up to %i characters', (field, most) => {
    if (field === 'resourceId')
      return expect(refusal({ [field]: 'x'.repeat(most + 1) })).toBe('field_too_long');
    expect(refusal({ [field]: 'x'.repeat(most) })).toBe('accepted');
    expect(refusal({ [field]: 'x'.repeat(most + 1) })).toBe('field_too_long');
  });

  test('the longest values of every part still make a key that fits', () => {
    const item = {
      sourceSystem: 's'.repeat(100),
      sourceName: 'n'.repeat(100),
      resourceType: 't'.repeat(100),
      resourceId: 'i'.repeat(500),
    };
    expect(checkNewWorkItem(aWorkItem(item))).toHaveLength(803);
  });

  test('a key beyond 850 characters is named as such', () => {
    expect(refusal({ resourceId: 'x'.repeat(900) })).toBe('dedupe_key_too_long');
  });

  test('resource ids with outer blanks, control characters, nothing, or half a character', () => {
    for (const resourceId of [
      ' a',
      'a ',
      'a\u00a0',
      '\ta',
      'a\u0000b',
      'a\nb',
      '',
      ' ',
      'a\ud800',
    ]) {
      expect(refusal({ resourceId })).toBe('resource_id_invalid');
    }
  });

  test('a colon in system, name or type, because two identities would share a key', () => {
    expect(refusal({ sourceName: 'a:b' })).toBe('input_invalid');
    expect(refusal({ sourceSystem: 'a:b' })).toBe('input_invalid');
    expect(refusal({ resourceType: 'a:b' })).toBe('input_invalid');
  });

  test('numbers and times out of range', () => {
    expect(refusal({ workItemId: 'item-1' })).toBe('input_invalid');
    expect(refusal({ priority: 1.5 })).toBe('input_invalid');
    expect(refusal({ priority: 2 ** 31 })).toBe('input_invalid');
    expect(refusal({ depth: -1 })).toBe('input_invalid');
    expect(refusal({ availableAt: 'tomorrow' })).toBe('input_invalid');
  });

  test('the refusal names the field', () => {
    expect(() =>
      checkNewWorkItem(aWorkItem({ requestUri: `https://x/${'y'.repeat(2000)}` })),
    ).toThrow(/requestUri has 2010 characters; 2000 are possible/);
  });
});
