import { describe, expect, it } from 'vitest';
import { localPath } from './local-path.ts';

describe('the way after signing in', () => {
  it('leads back to where the person was going', () => {
    expect(localPath('/work-items?status=failed')).toBe('/work-items?status=failed');
  });

  it.each([
    '//evil.example/x',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '',
    undefined,
    ['/runs'],
  ])('leads to the first page for %j', (next) => {
    expect(localPath(next)).toBe('/');
  });
});
