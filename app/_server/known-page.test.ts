import { afterEach, expect, test, vi } from 'vitest';
import { isDesignShown } from './known-page.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['production', undefined, false],
  ['production', '1', true],
  ['development', undefined, true],
])('in %s with the flag %s the design page is there: %s', (mode, flag, isThere) => {
  vi.stubEnv('NODE_ENV', mode);
  vi.stubEnv('INGEST_DESIGN_PAGE', flag);
  expect(isDesignShown()).toBe(isThere);
});
