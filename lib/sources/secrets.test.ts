import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from './secrets.ts';

describe('the secret box', () => {
  const key = randomBytes(32);
  const box = createSecretBox(key);

  it('opens what it sealed, also in another process with the same key', () => {
    const sealed = box.seal('pässword', 'source:1:api_key');
    expect(createSecretBox(key).open(sealed, 'source:1:api_key')).toBe('pässword');
  });

  it('never seals twice alike', () => {
    expect(box.seal('x', 'a')).not.toBe(box.seal('x', 'a'));
  });

  it.each([
    ['another key', (sealed: string) => createSecretBox(randomBytes(32)).open(sealed, 'a')],
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
