import { describe, expect, it } from 'vitest';
import { charge, countedStream, createRequestLimits } from './request-limits.ts';

describe('a caller of the API', () => {
  it('may send a burst, then as many as come back, and is told when', () => {
    let now = 0;
    const limit = createRequestLimits(() => now);
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
    const limit = createRequestLimits(() => 0);
    for (let sent = 0; sent < 300; sent += 1) limit.take('busy');
    for (let other = 0; other < 10_000; other += 1) {
      limit.take(`${other}`);
      if (other % 1000 === 0) expect(limit.take('busy')).not.toBeNull();
    }
  });
});

describe('what is open at the same time', () => {
  const endless = () => new ReadableStream<Uint8Array>();

  it('is bounded for a caller and for all, and counted until it ends', () => {
    const limits = createRequestLimits(() => 0);
    const left = [1, 2, 3].map(() => limits.open('a', 'export'));
    expect(left.every((leave) => leave !== null)).toBe(true);
    expect(limits.open('a', 'export')).toBeNull();
    expect(limits.open('a', 'events')).not.toBeNull();
    left[0]?.();
    left[0]?.();
    expect(limits.open('a', 'export')).not.toBeNull();
    expect(limits.open('a', 'export')).toBeNull();
    for (let other = 0; other < 17; other += 1) {
      expect(limits.open(`${other}`, 'export')).not.toBeNull();
    }
    expect(limits.open('one more', 'export')).toBeNull();
  });

  it('counts no stream that was read, failed or given up', async () => {
    const limits = createRequestLimits(() => 0);
    const party = { caller: 'a', address: null };
    const counted = (stream: ReadableStream<Uint8Array>) =>
      countedStream(limits, party, 'export', stream);
    for (let round = 0; round < 5; round += 1) {
      const read = counted(new Blob(['text']).stream());
      expect(await new Response(read).text()).toBe('text');
      const failing = counted(
        new ReadableStream({ pull: () => Promise.reject(new Error('away')) }),
      );
      await expect(new Response(failing).text()).rejects.toThrow('away');
      await counted(endless()).cancel();
    }
    for (let open = 0; open < 3; open += 1) counted(endless());
    expect(() => counted(endless())).toThrow(
      expect.objectContaining({ code: 'too_many_requests', retryAfterMs: 10_000 }),
    );
  });

  it('asks for a pause of a session, and of an address with many sessions', () => {
    const limits = createRequestLimits(() => 0);
    const from = (caller: string) => charge(limits, { caller, address: '198.51.100.1' }, 100);
    for (let sent = 0; sent < 3; sent += 1) from('one');
    expect(() => from('one')).toThrow(expect.objectContaining({ retryAfterMs: 10_000 }));
    for (let other = 0; other < 9; other += 1) from(`${other}`);
    expect(() => from('of a fresh token')).toThrow(
      expect.objectContaining({ code: 'too_many_requests' }),
    );
  });
});
