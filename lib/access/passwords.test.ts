import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './passwords.ts';

it('is the password that was hashed, however its letters were composed, and nothing longer', async () => {
  const stored = await hashPassword('Zoë likes long walks');
  expect(await verifyPassword(stored, 'Zoe\u0308 likes long walks')).toBe(true);
  const wrong = ['zoë likes long walks', '', '\0', 'Zoë likes long walks\0', 'x'.repeat(5_000_000)];
  for (const typed of wrong) expect(await verifyPassword(stored, typed)).toBe(false);
  const longest = await hashPassword('walk '.repeat(400));
  expect(await verifyPassword(longest, 'walk '.repeat(400))).toBe(true);
  expect(await verifyPassword(longest, 'walk '.repeat(401))).toBe(false);
});
