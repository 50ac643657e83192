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

it('is stored by Argon2id with 19 MiB, two passes and a salt of its own', async () => {
  const [one, other] = await Promise.all([hashPassword('the same'), hashPassword('the same')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(other).not.toBe(one);
});
