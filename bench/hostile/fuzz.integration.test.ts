import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { parsers } from './parsers.ts';

it.each(Object.keys(parsers))('%s takes whatever comes, or fails with a code', async (name) => {
  // Each YAML is read in a thread.
  expect(await fuzz(name, 1, name === 'yaml' ? 20 : 200)).toEqual([]);
});
