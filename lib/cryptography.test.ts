/** What the product uses of cryptography, as its sources say it: few ways, none of them home-made, and no guessable secret. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const files = globSync('{lib,app,worker,commands,db,scripts}/**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !/\.test\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

/** Each with what it is called with first. */
const callsOf = (name: string) =>
  files.flatMap(({ file, text }) =>
    [...text.matchAll(new RegExp(`\\b${name}\\(\\s*([^,)]*)`, 'g'))].map(([, first = '']) => ({
      file,
      first,
    })),
  );

/** Where chance only spreads pauses and times, so that whoever guesses it has gained nothing. */
const spreading = [
  'app/ui/pause-after.ts',
  'db/migrate/sqlite.ts',
  'db/sqlite/file.ts',
  'db/sqlserver/reconnect.ts',
  'db/transaction.ts',
  'lib/queue/finish/complete.ts',
  'lib/queue/finish/fail.ts',
  'lib/queue/finish/retry-policy.ts',
  'lib/queue/lease/rescue.ts',
  'lib/source-types/feed/connector.ts',
  'worker/pipeline/complete.ts',
  'worker/retry-transient.ts',
];

describe('cryptography', () => {
  it.each([
    ['createHash', "'sha256'"],
    ['createHmac', "'sha256'"],
    ['hkdfSync', "'sha256'"],
    ['createCipheriv', "'aes-256-gcm'"],
    ['createDecipheriv', "'aes-256-gcm'"],
  ])('%s is used with %s alone', (name, algorithm) => {
    const calls = callsOf(name);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter(({ first }) => first !== algorithm)).toEqual([]);
  });

  it.each([
    'createCipher',
    'createDecipher',
    'pseudoRandomBytes',
    'publicEncrypt',
    'privateDecrypt',
    'createECDH',
    'createDiffieHellman',
    'pbkdf2Sync',
    'scryptSync',
  ])('%s is not used', (name) => {
    expect(callsOf(name)).toEqual([]);
  });

  it('takes chance that can be guessed for nothing but pauses', () => {
    const guessable = files.filter(({ text }) => text.includes('Math.random'));
    expect(guessable.map(({ file }) => file).sort()).toEqual(spreading);
  });

  it('makes tokens and keys of 256 random bits', () => {
    for (const file of ['lib/access/sessions.ts', 'lib/access/api-tokens.ts'])
      expect(callsOf('randomBytes').filter((call) => call.file === file)).toEqual([
        { file, first: '32' },
      ]);
    const { text = '' } = files.find(({ file }) => file === 'lib/config/secret-key.ts') ?? {};
    expect(text).toMatch(/keyBytes = 32\b/);
  });
});
