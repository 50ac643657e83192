/** Passwords of local accounts: argon2id. */
import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's first recommendation for argon2id: 19 MiB, 2 passes, 1 lane; about 20 ms. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), cost);
}

let decoy: Promise<string> | undefined;

/** No password is longer, in UTF-16 units, even as it was typed before it was normalized: more is not looked at. */
const longestTyped = 2_000;

/**
 * Whether the password is the one that was hashed. Without a hash (no such account, or one without
 * a password) it takes the same time and is false, so that responses do not reveal which accounts exist.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('the account that does not exist');
  const typed = password.slice(0, longestTyped);
  const matches = await verify(stored ?? (await decoy), typed.normalize('NFKC'));
  return stored !== null && matches && typed.length === password.length;
}

// Without 0, o, 1, l and i: it is read from a terminal and typed.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 20 random characters in groups of five, about 99 bits: `k3m9p-…`. */
export function generatePassword(): string {
  const group = () =>
    Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}
