import { describe, expect, it } from 'vitest';
import { RecentlyRead } from './load-source.ts';

function counted() {
  let now = 1_000;
  let reads = 0;
  const memory = new RecentlyRead<number>(250, () => now);
  return {
    memory,
    pass: (ms: number) => {
      now += ms;
    },
    read: (since = 0, key = 'a') =>
      memory.get(key, since, async () => {
        reads += 1;
        return reads;
      }),
  };
}

describe('what was read a moment ago', () => {
  it('is shared for 250 ms, by key', async () => {
    const { read, pass } = counted();
    expect(await read()).toBe(1);
    expect(await read(0, 'b')).toBe(2);
    pass(249);
    expect(await read()).toBe(1);
    pass(1);
    expect(await read()).toBe(3);
  });

  it('is read anew for whoever was claimed since', async () => {
    const { read, pass } = counted();
    expect(await read(1_000)).toBe(1);
    pass(10);
    expect(await read(1_005)).toBe(2);
    expect(await read(1_000)).toBe(2);
  });

  it('may have been read elsewhere', async () => {
    const { memory, read, pass } = counted();
    memory.put('a', 7);
    pass(249);
    expect(await read(1_000)).toBe(7);
    pass(1);
    expect(await read(1_000)).toBe(1);
    memory.put('a', 8);
    expect(await read(1_250)).toBe(8);
  });

  it('is read anew after it was to be forgotten, and after a reading that failed', async () => {
    const { memory, read } = counted();
    expect(await read()).toBe(1);
    memory.clear();
    expect(await read()).toBe(2);
    const away = () => Promise.reject(new Error('away'));
    await expect(memory.get('c', 0, away)).rejects.toThrow('away');
    expect(await memory.get('c', 0, async () => 7)).toBe(7);
  });
});
