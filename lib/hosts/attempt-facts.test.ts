import { expect, it } from 'vitest';
import { exchangeIn, latencyIn } from './attempt-facts.ts';

it.each([
  [null, null],
  [{}, null],
  [{ first_byte_ms: 'soon' }, null],
  [{ first_byte_ms: -1 }, null],
  [{ first_byte_ms: 0 }, 0],
  [{ first_byte_ms: 12 }, 12],
])('the latency in %j is %j', (facts, ms) => expect(latencyIn(facts)).toBe(ms));

it('an attempt that asked nothing tells of no exchange', () => {
  for (const facts of [null, 'text', [], {}, { requests: 1 }]) expect(exchangeIn(facts)).toBeNull();
});

it('an attempt of an earlier version tells what it knew, and what cannot be read is left out', () => {
  expect(
    exchangeIn({ first_byte_ms: 7, bytes: 'many', redirects: [{ status: 301 }] }),
  ).toMatchObject({
    first_byte_ms: 7,
    bytes: null,
    redirects: null,
  });
});
