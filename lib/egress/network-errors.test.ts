import { describe, expect, it } from 'vitest';
import { classifyFailure, networkErrors } from './network-errors.ts';

const coded = (code: string) => Object.assign(new Error('x'), { code });

describe('an error of the network', () => {
  const rows = networkErrors.flatMap((row) => row.codes.map((code) => ({ ...row, code })));
  it.each(rows)('$code is $outcome', ({ code, outcome, says }) => {
    const whole = code.replace('*', 'EXAMPLE');
    const failure = classifyFailure(coded(whole), 'https://example.org/a?token=1');
    expect(failure).toMatchObject({ code: outcome });
    expect(failure.message).toBe(`https://example.org/a ${says} (${whole}).`);
  });

  it('has its code in the cause, or in the first of several', () => {
    const wrapped = new Error('outer', { cause: coded('ENOTFOUND') });
    expect(classifyFailure(wrapped, 'http://a/')).toMatchObject({ code: 'egress_dns_failed' });
    const several = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]);
    expect(classifyFailure(several, 'http://a/').message).toContain('refuses the connection');
  });

  it('of which nothing is known is a failed connection', () => {
    for (const error of [new Error('?'), 'text', coded('ESOMETHING')]) {
      expect(classifyFailure(error, 'http://a/')).toMatchObject({ code: 'egress_connect_failed' });
    }
  });

  it('has no code twice', () => {
    const codes = networkErrors.flatMap(({ codes }) => codes);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
