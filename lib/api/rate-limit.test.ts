import { describe, expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

describe('a caller of the API', () => {
  it('may send a burst, then as many as come back, and is told when', () => {
    let now = 0;
    const limit = createRateLimit(() => now);
    for (let sent = 0; sent < 300; sent += 1) expect(limit.take('a')).toBeNull();
    expect(limit.take('a')).toBe(100);
    expect(limit.take('b')).toBeNull();
    now += 100;
    expect(limit.take('a')).toBeNull();
    expect(limit.take('a', 20)).toBe(2000);
    now += 3_600_000;
    for (let sent = 0; sent < 300; sent += 1) expect(limit.take('a')).toBeNull();
    expect(limit.take('a')).not.toBeNull();
  });

  it('is forgotten among very many others, never the one that asks', () => {
    const limit = createRateLimit(() => 0);
    for (let sent = 0; sent < 300; sent += 1) limit.take('busy');
    for (let other = 0; other < 10_000; other += 1) {
      limit.take(`${other}`);
      if (other % 1000 === 0) expect(limit.take('busy')).not.toBeNull();
    }
  });
});
