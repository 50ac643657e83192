import { describe, expect, test } from 'vitest';
import { createLogger } from '#lib/log.ts';
import { Drain } from './drain.ts';
import { InFlight } from './in-flight.ts';
import { createStop } from './stop.ts';

function given() {
  let now = 0;
  const stop = createStop();
  const inFlight = new InFlight({ concurrency: 1, begin: () => [] });
  const drain = new Drain(
    inFlight,
    stop,
    createLogger({ level: 'error', name: 'test' }),
    () => now,
  );
  return { drain, stop, at: (ms: number) => (now = ms) };
}

describe('a worker that is drained', () => {
  test('claims nothing more, and leaves when nothing can be taken back any longer', () => {
    const { drain, stop, at } = given();
    drain.follow(true);
    expect(drain.isOn).toBe(true);
    at(9_999);
    drain.follow(true);
    expect(stop.soft.aborted).toBe(false);
    at(10_000);
    drain.follow(true);
    expect(stop.soft.aborted).toBe(true);
    stop.dispose();
  });

  test('goes on when that is taken back in time', () => {
    const { drain, stop, at } = given();
    drain.follow(true);
    at(9_000);
    drain.follow(false);
    expect(drain.isOn).toBe(false);
    at(60_000);
    drain.follow(true);
    expect(stop.soft.aborted).toBe(false);
  });
});
