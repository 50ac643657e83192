import { describe, expect, it } from 'vitest';
import { claimOfToken } from './session-claim.ts';

const token = { sub: 'ada', sessionVersion: 3 };

describe('a signed token', () => {
  it('stands for its account', () => {
    expect(claimOfToken(token, 1000)).toEqual({ userId: 'ada', sessionVersion: 3 });
  });

  it('of a session that the provider began stands for nobody once its time is over', () => {
    const bounded = { ...token, endsAt: 1000 };
    expect(claimOfToken(bounded, 999).userId).toBe('ada');
    expect(claimOfToken(bounded, 1000).userId).toBe('');
  });

  it('without an account stands for nobody', () => {
    expect(claimOfToken({}, 0)).toEqual({ userId: '', sessionVersion: -1 });
  });
});
