import { describe, expect, it } from 'vitest';
import type { ClaimedItem } from '#lib/queue/model.ts';
import { LostClaims } from './lost-claims.ts';

/** Only that there are some matters here. */
const items = (count: number) => Array.from({ length: count }, () => ({}) as ClaimedItem);

describe('claims whose answer was lost', () => {
  it('are asked for until it is certain that they were not made', async () => {
    let now = 0;
    const claims = new LostClaims(() => now);
    const asked: string[] = [];
    const store = {
      claimedUnder: async (claimId: string) => {
        asked.push(claimId);
        return [];
      },
    };
    claims.add('a', 0);
    now = 4_000;
    expect(await claims.takeUp(store)).toBeNull();
    expect(claims.size).toBe(1);
    now = 6_000;
    expect(await claims.takeUp(store)).toBeNull();
    expect(claims.size).toBe(0);
    expect(await claims.takeUp(store)).toBeNull();
    expect(asked).toEqual(['a', 'a']);
  });

  it('are taken up once, with the moment at which they were sent', async () => {
    const claims = new LostClaims(() => 100);
    claims.add('a', 40);
    claims.add('b', 50);
    const store = { claimedUnder: async (claimId: string) => items(claimId === 'b' ? 2 : 0) };
    expect(await claims.takeUp(store)).toEqual({ items: items(2), claimSentAt: 50 });
    expect(await claims.takeUp(store)).toBeNull();
    expect(claims.size).toBe(1);
  });

  it('stay open while the database is away', async () => {
    const claims = new LostClaims(() => 0);
    claims.add('a', 0);
    const away = { claimedUnder: () => Promise.reject(new Error('away')) };
    await expect(claims.takeUp(away)).rejects.toThrow('away');
    expect(claims.size).toBe(1);
  });
});
