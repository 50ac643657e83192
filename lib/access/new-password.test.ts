import { describe, expect, it } from 'vitest';
import { checkNewPassword } from './new-password.ts';
import { generatePassword } from './passwords.ts';

const ada = { email: 'ada.lovelace@example.org', name: 'Ada Lovelace' };
const refusal = (password: string) =>
  checkNewPassword(password, ada).then(
    () => null,
    (error: unknown) => error,
  );

describe('a new password', () => {
  it.each([
    'correct horse battery',
    'Zwölf Boxkämpfer jagen',
    '吾輩は猫である名前はまだ無い',
    'a passphrase with ada in it',
  ])('may be %s', async (password) => {
    expect(await refusal(password)).toBeNull();
  });

  it('may be what this product generates', async () => {
    for (let made = 0; made < 20; made += 1) expect(await refusal(generatePassword())).toBeNull();
  });

  it.each([
    ['short', 'elevenchars'],
    ['too long', 'x9'.repeat(101)],
    ['common', 'password1234'],
    ['common, with other signs', 'P@ssw0rd12345'],
    ['common, twice', 'letmeinletmein'],
    ['a walk over the keyboard', 'qwertyuiop123'],
    ['a sequence', '123456789012'],
    ['one character', 'aaaaaaaaaaaa'],
    ['the own address', 'ada.lovelace@example.org'],
    ['the own name', 'AdaLovelace1'],
    ['the own name, as a phrase', 'lovelace ada 1815'],
    ['the product', 'holocroningest'],
  ])('is refused when it is %s', async (_, password) => {
    expect(await refusal(password)).toMatchObject({
      code: 'password_refused',
      remedy: expect.stringContaining('words'),
      fields: { password: expect.any(String) },
    });
  });

  it('is refused when it repeats itself, however long it is', async () => {
    for (const password of ['ab'.repeat(100), '1'.repeat(200)]) {
      expect(await refusal(password)).toMatchObject({ code: 'password_refused' });
    }
  });
});
