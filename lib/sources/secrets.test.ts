import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { referenceFault, referenceReader } from './secret-references.ts';
import { createSecretBox } from './secrets.ts';

describe('the secret box', () => {
  const key = randomBytes(32);
  const box = createSecretBox([key]);

  it('opens what it sealed, also in another process with the same key', () => {
    const sealed = box.seal('pässword', 'source:1:api_key');
    expect(createSecretBox([key]).open(sealed, 'source:1:api_key')).toBe('pässword');
  });

  it('never seals twice alike', () => {
    expect(box.seal('x', 'a')).not.toBe(box.seal('x', 'a'));
  });

  it('opens what was sealed under an older key, and seals it anew under the current one', () => {
    const next = randomBytes(32);
    const ring = createSecretBox([next, key]);
    const sealed = box.seal('secret', 'a');
    expect(ring.open(sealed, 'a')).toBe('secret');
    const fresh = ring.reseal(sealed, 'a') ?? '';
    expect(createSecretBox([next]).open(fresh, 'a')).toBe('secret');
    expect(ring.reseal(fresh, 'a')).toBeNull();
    expect(() => ring.reseal(sealed, 'b')).toThrow(/cannot be read/);
  });

  it.each([
    ['another key', (sealed: string) => createSecretBox([randomBytes(32)]).open(sealed, 'a')],
    ['another place', (sealed: string) => box.open(sealed, 'b')],
    ['changed text', (sealed: string) => box.open(`${sealed.slice(0, -4)}AAAA`, 'a')],
    [
      'a shortened tag',
      (sealed: string) => {
        const [version, iv, tag, data] = sealed.split('.');
        const short = Buffer.from(tag ?? '', 'base64')
          .subarray(0, 4)
          .toString('base64');
        return box.open([version, iv, short, data].join('.'), 'a');
      },
    ],
    ['no sealed text at all', () => box.open('plain', 'a')],
  ])('does not open with %s', (_, open) => {
    expect(() => open(box.seal('a secret of some length', 'a'))).toThrow(
      expect.objectContaining({ code: 'secret_unreadable' }),
    );
  });
});

describe('a reference', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const read = referenceReader({ INGEST_SOURCE_X: 'from env', HOME: '/root' }, directory);

  it('stands for a variable of our prefix, or a file of the directory', () => {
    writeFileSync(path.join(directory, 'x.key'), 'from file\n');
    expect(read('env:INGEST_SOURCE_X')).toBe('from env');
    expect(read('file:x.key')).toBe('from file');
  });

  it.each([
    'env:HOME',
    'env:INGEST_SQLSERVER_PASSWORD',
    'env:INGEST_SOURCE_',
    'file:../x.key',
    'file:/etc/passwd',
    'file:..',
    'file:',
  ])('to anything else is none: %s', (text) => {
    expect(referenceFault(text)).toMatch(/a reference is/);
    expect(() => read(text)).toThrow(/is not set here/);
  });

  it.each(['env:INGEST_SOURCE_GONE', 'file:gone', 'file:empty', 'file:binary'])(
    'to what is not there, or no secret, says so: %s',
    (text) => {
      writeFileSync(path.join(directory, 'empty'), '\n');
      writeFileSync(path.join(directory, 'binary'), 'a\r\nx: y');
      expect(referenceFault(text)).toBeNull();
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'secret_unreadable' }));
    },
  );
});
