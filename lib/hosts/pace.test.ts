import { describe, expect, it } from 'vitest';
import {
  adaptiveDelay,
  breakerMs,
  type HostPaceFacts,
  isHostFault,
  paceOf,
  smoothedLatency,
} from './pace.ts';

const host = (over: Partial<HostPaceFacts> = {}): HostPaceFacts => ({
  delayMs: null,
  robotsDelayMs: null,
  latencyMs: null,
  adaptiveDelayMs: 0,
  consecutiveFailures: 0,
  ...over,
});

describe('the pace of a host', () => {
  it.each([
    ['of a host that is well and has no rule is none', {}, 0],
    [
      'is the longest delay of all',
      { delayMs: 2000, robotsDelayMs: 5000, adaptiveDelayMs: 900 },
      5000,
    ],
    ['is the operator’s where that is the longest', { delayMs: 9000, robotsDelayMs: 5000 }, 9000],
    ['lets one probe at a time to a host that counts as down', { consecutiveFailures: 5 }, 5000],
    ['does not mind single failures', { consecutiveFailures: 4 }, 0],
  ])('%s', (_, over, ms) => expect(paceOf(host(over))).toBe(ms));
});

describe('the slow-down of a slow host', () => {
  /** The delays after each of the answers, and the latency at the end. */
  function answered(latencies: readonly number[], from: Partial<HostPaceFacts> = {}) {
    let latency = from.latencyMs ?? null;
    let delay = from.adaptiveDelayMs ?? 0;
    const delays = latencies.map((ms) => {
      latency = smoothedLatency(latency, ms);
      delay = adaptiveDelay(delay, latency, false);
      return delay;
    });
    return { delays, latency };
  }

  it('is none while answers come in time, and one slow page makes none', () => {
    expect(answered(Array(20).fill(300)).delays.every((ms) => ms === 0)).toBe(true);
    expect(answered([6000], { latencyMs: 200 }).delays).toEqual([0]);
  });

  it('goes towards one request in flight when the host is slow for long', () => {
    const { delays } = answered(Array(60).fill(4000), { latencyMs: 200 });
    expect(delays.at(-1)).toBeGreaterThan(3900);
    expect(delays.at(-1)).toBeLessThanOrEqual(4000);
  });

  it('ends at 30 s, however slow', () => {
    expect(Math.max(...answered(Array(100).fill(600_000)).delays)).toBe(30_000);
  });

  it('ends by halves when the host is well again', () => {
    const { delays } = answered(Array(40).fill(100), { latencyMs: 8000, adaptiveDelayMs: 8000 });
    expect(delays.at(-1)).toBe(0);
  });

  it('is not taken back for failures, which are often quick', () => {
    expect(adaptiveDelay(8000, 100, true)).toBe(8000);
    expect(adaptiveDelay(8000, 100, false)).toBe(4000);
  });
});

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
