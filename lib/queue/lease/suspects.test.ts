import { describe, expect, it } from 'vitest';
import { fateOf, isSuspect, type Owner } from './suspects.ts';

const until = '2026-01-01T00:01:00.000Z';
const item = { attempt: 1, lease_id: 'lease-1', lease_until: until, error_code: null };
const dead: Owner = {
  heartbeat_at: '2026-01-01T00:00:30.000Z',
  stopped_at: null,
  suspect_lease_id: null,
};
const alive: Owner = { ...dead, heartbeat_at: '2026-01-01T00:01:00.001Z' };
const tried: Owner = { ...dead, suspect_lease_id: 'lease-1' };

describe('the fate of an item whose lease ran out', () => {
  it('is to pay when nobody died of it', () => {
    const pays = { fails: false, pays: true, code: null };
    expect(fateOf(item, undefined, 4)).toEqual(pays);
    expect(fateOf(item, alive, 4)).toEqual(pays);
    expect(fateOf(item, { ...dead, stopped_at: until }, 4)).toEqual(pays);
    expect(fateOf({ ...item, lease_until: null }, dead, 4)).toEqual(pays);
    expect(fateOf({ ...item, attempt: 4 }, alive, 4)).toMatchObject({
      fails: true,
      code: 'attempts_exhausted',
    });
  });

  it('is to be a suspect, without paying, when it was merely held by a worker that died', () => {
    const fate = { fails: false, pays: false, code: 'worker_lost' };
    expect(fateOf({ ...item, attempt: 4 }, dead, 4)).toEqual({ ...fate, carries: 'worker_lost' });
    // However often, as long as it was never begun alone: what is known of it stays known.
    expect(fateOf({ ...item, error_code: 'worker_lost_again' }, dead, 4)).toEqual(fate);
    expect(fateOf(item, { ...tried, suspect_lease_id: 'lease-2' }, 4)).toMatchObject(fate);
  });

  it('is to pay when it was tried alone, and to fail the second time', () => {
    expect(fateOf({ ...item, error_code: 'worker_lost' }, tried, 4)).toEqual({
      fails: false,
      pays: true,
      code: 'worker_lost_again',
      carries: 'worker_lost_again',
      waitsMs: 60_000,
    });
    for (const code of ['worker_lost_again', 'reading_overran']) {
      expect(fateOf({ ...item, error_code: code }, tried, 4)).toMatchObject({
        fails: true,
        code: 'poisonous_page',
      });
    }
    expect(fateOf({ ...item, attempt: 4, error_code: 'worker_lost' }, tried, 4)).toMatchObject({
      fails: true,
      code: 'poisonous_page',
    });
  });

  it('leaves a mark until the item is concluded', () => {
    expect(['worker_lost', 'worker_lost_again', 'reading_overran'].map(isSuspect)).not.toContain(
      false,
    );
    expect([null, 'http_server_error', 'poisonous_page'].map(isSuspect)).not.toContain(true);
  });
});
