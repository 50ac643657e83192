import { describe, expect, it } from 'vitest';
import { breakerMs, isHostFault } from './circuit-breaker.ts';

describe('the circuit breaker of a host', () => {
  it('stays closed for a few failures, then waits twice as long each time, at most 15 minutes', () => {
    expect([1, 4].map(breakerMs)).toEqual([null, null]);
    expect([5, 6, 7].map(breakerMs)).toEqual([30_000, 60_000, 120_000]);
    expect([10, 11, 1_000_000].map(breakerMs)).toEqual([900_000, 900_000, 900_000]);
  });

  it('counts what says something about the host, not about one resource', () => {
    expect(isHostFault('egress_timeout')).toBe(true);
    expect(isHostFault('http_server_error')).toBe(true);
    expect(isHostFault('http_not_found')).toBe(false);
    expect(isHostFault('egress_address_refused')).toBe(false);
    expect(isHostFault('payload_invalid')).toBe(false);
  });
});
