import { expect, it } from 'vitest';
import { fuzz, inputsFor } from './fuzz.ts';
import { parsers } from './parsers.ts';

it.each(Object.keys(parsers))('%s takes whatever comes, or fails with a code', async (name) => {
  expect(await fuzz(name, 1, inputsFor(name, 200))).toEqual([]);
});
