import { describe, expect, it } from 'vitest';
import { failureOfAddress } from './address.ts';

describe('a failure in the address of the sign-in page', () => {
  it.each([
    ['provider_no_role', 'You have no role in this console.'],
    ['OAuthSignin', 'The provider could not be reached.'],
    ['Callback', 'The provider did not sign you in.'],
  ])('%s says: %s', (error, message) => {
    expect(failureOfAddress(error)).toEqual({
      code: expect.stringMatching(/^provider_/),
      message,
      remedy: expect.stringMatching(/\.$/),
    });
  });

  it('puts no words of the address on the page', () => {
    for (const error of ['Call +1 555 0100 to unlock', '<b>', 'toString', '', 'OAuthCallback']) {
      expect(failureOfAddress(error)?.message).toBe('Signing in with the provider failed.');
    }
    expect(failureOfAddress(undefined)).toBeNull();
    expect(failureOfAddress(['provider_no_role'])).toBeNull();
  });
});
