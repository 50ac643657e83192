import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '#lib/runtime.ts';
import { readsFor, rememberChange } from './reads.ts';

/** The cookies of one person's browser; each with the seconds it is kept. */
const jar = new Map<string, number>();
vi.mock('next/headers', () => ({
  cookies: async () => ({
    has: (name: string) => jar.has(name),
    set: (name: string, _value: string, { maxAge }: { maxAge: number }) => jar.set(name, maxAge),
  }),
}));

// Only which of the two is told apart here; neither is asked anything.
const handle = (name: string) => ({ name }) as unknown as Runtime['db'];
const db = handle('database');
const runtimeOf = (reads: Runtime['reads'], replica: ReturnType<Runtime['replica']>) =>
  ({ db, reads, replica: () => replica }) as Runtime;

describe('where lists are read from', () => {
  const copy = handle('copy');
  beforeEach(() => jar.clear());

  it('is the copy, and after a change of one’s own the database itself for a while', async () => {
    const runtime = runtimeOf(copy, { inUse: true, reason: null });
    expect(await readsFor(runtime)).toBe(copy);
    await rememberChange(runtime);
    expect(await readsFor(runtime)).toBe(db);
    expect([...jar.values()]).toEqual([10]);
    // The browser forgets the cookie by itself.
    jar.clear();
    expect(await readsFor(runtime)).toBe(copy);
  });

  it('is the one way to read where there is no copy, and then nobody gets a cookie', async () => {
    const threads = handle('the same database');
    const runtime = runtimeOf(threads, null);
    await rememberChange(runtime);
    expect(jar.size).toBe(0);
    expect(await readsFor(runtime)).toBe(threads);
  });
});
