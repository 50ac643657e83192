import { expect, it } from 'vitest';
import { lostBodies } from './bodies.ts';

it('every body is given back as it was sent', async () => {
  expect(await lostBodies(1, 1200)).toEqual([]);
});
