/** Threads with their real program: what overruns is ended alone, and what it was given next still works. */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { ThreadPool } from './thread-pool.ts';

const digestOf = (pool: ThreadPool, text: string) => pool.run('digest', text);

/** Nested so that each level of the hash copies the one below: quadratic in its depth, and far beyond a second. */
const slow = `sources:\n${Array.from({ length: 60_000 }, (_, at) => `  k${at}: v\n`).join('')}`;

describe('a pool of threads', () => {
  it('gives back what tasks make, and what they throw', async () => {
    const pool = new ThreadPool();
    expect(await digestOf(pool, 'a')).toMatchObject({
      text: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await pool.run('json', '{"a":')).toBeNull();
    await expect(pool.run('json', '['.repeat(2000))).rejects.toMatchObject({
      code: 'payload_too_complex',
    });
    await expect(pool.run('no such task', 1)).rejects.toThrow(/no heavy task/);
  });

  it('ends a task that takes too long, and goes on with the next', async () => {
    const pool = new ThreadPool({ timeMs: 300, heapMb: 256, headroomMb: 64 });
    const [overran, next] = await Promise.allSettled([
      pool.run('sources.yaml', slow),
      digestOf(pool, 'b'),
    ]);
    expect(overran).toMatchObject({ status: 'rejected', reason: { code: 'reading_overran' } });
    expect(next.status).toBe('fulfilled');
  });

  it('lets a small task pass by large ones, as many as there are', async () => {
    const pool = new ThreadPool();
    const large = `[${'{"a":[1]},'.repeat(200_000)}1]`;
    const endedOf = async () => {
      const ended: string[] = [];
      const tasks = [...Array.from({ length: 3 * availableParallelism() }, () => large), 'small'];
      await Promise.all(
        tasks.map(async (text) => {
          await digestOf(pool, text);
          ended.push(text === large ? 'large' : 'small');
        }),
      );
      return ended;
    };
    // Until all threads are there.
    await endedOf();
    expect((await endedOf()).at(-1)).toBe('large');
  });

  it('ends a task that takes too much memory, and goes on with the next', async () => {
    const pool = new ThreadPool({ timeMs: 60_000, heapMb: 16, headroomMb: 8 });
    const large = `[${'{},'.repeat(900_000)}{}]`;
    await expect(pool.run('json', large)).rejects.toMatchObject({ code: 'reading_overran' });
    expect(await digestOf(pool, 'c')).toBeDefined();
  });

  // What V8 finds no room for in the middle of these would end the process.
  it.each([
    ['a text that is written at once', '\u0001'.repeat(30_000_000)],
    ['a text of many small ones', '&amp;'.repeat(6_000_000)],
  ])('reads %s, or ends it alone', async (_, text) => {
    const pool = new ThreadPool();
    const body = new TextEncoder().encode(
      `<rss><channel><item><description>${text}</description></item></channel></rss>`,
    );
    const [read] = await Promise.allSettled([
      pool.run('feed', { headers: {}, body, finalUrl: 'https://example.org/' }),
    ]);
    const outcome = read.status === 'rejected' ? read.reason.code : 'read';
    expect(['read', 'reading_overran', 'payload_too_complex']).toContain(outcome);
    expect(await digestOf(pool, 'd')).toBeDefined();
  });
});
