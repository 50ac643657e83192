import { describe, expect, it } from 'vitest';
import { ClaimPace } from './claim-pace.ts';

const tally = {
  completed: 0,
  failed: 0,
  skipped: 0,
  retried: 0,
  released: 0,
  lost: 0,
  discovered: 0,
};
const limits = { concurrency: 4, batchSize: 50, maxItems: null };

describe('how much a worker claims', () => {
  it('is what it can begin now, as long as nothing is known of its pace', () => {
    const pace = new ClaimPace(limits, () => 0);
    expect(
      pace.room({ size: 0, asked: 0, waiting: 0, answered: 0, askedMs: 0, tally }),
    ).toMatchObject({
      requests: 4,
    });
    expect(
      pace.room({ size: 3, asked: 3, waiting: 0, answered: 0, askedMs: 0, tally }),
    ).toMatchObject({
      requests: 1,
    });
  });

  it('is more by what was answered in the last 200 ms, and nothing while half of that waits', () => {
    let now = 0;
    const pace = new ClaimPace(limits, () => now);
    pace.room({ size: 4, asked: 4, waiting: 0, answered: 0, askedMs: 0, tally });
    now = 150;
    const busy = { size: 4, asked: 4, answered: 30, askedMs: 150, tally };
    expect(pace.room({ ...busy, waiting: 0 })).toMatchObject({ requests: 30 });
    expect(pace.room({ ...busy, waiting: 10 })).toMatchObject({ requests: 20 });
    expect(pace.room({ ...busy, waiting: 16 })).toMatchObject({ requests: 0 });
    now = 400;
    expect(pace.room({ ...busy, askedMs: 400, waiting: 0 })).toMatchObject({ requests: 0 });
  });

  it('forgets nothing for five seconds in which nobody could be asked, as what came waits to be stored', () => {
    let now = 0;
    const pace = new ClaimPace(limits, () => now);
    pace.room({ size: 4, asked: 4, waiting: 0, answered: 0, askedMs: 0, tally });
    now = 150;
    const stuck = { size: 40, asked: 0, waiting: 0, answered: 30, askedMs: 150, tally };
    expect(pace.room(stuck)).toMatchObject({ requests: 34 });
    now = 4_900;
    expect(pace.room(stuck)).toMatchObject({ requests: 34 });
    now = 5_200;
    expect(pace.room(stuck)).toMatchObject({ requests: 4 });
  });

  it('is not more by what it has given back: that waits for others', () => {
    let now = 0;
    const pace = new ClaimPace(limits, () => now);
    pace.room({ size: 4, asked: 4, waiting: 0, answered: 0, askedMs: 0, tally });
    now = 150;
    const returned = { ...tally, released: 25, lost: 5 };
    expect(
      pace.room({ size: 0, asked: 0, waiting: 0, answered: 30, askedMs: 150, tally: returned }),
    ).toMatchObject({
      requests: 4,
    });
  });

  it('reaches further where a claim takes long, up to two seconds', () => {
    let now = 0;
    const pace = new ClaimPace(limits, () => now);
    pace.claimed(500);
    pace.room({ size: 4, asked: 4, waiting: 0, answered: 0, askedMs: 0, tally });
    now = 900;
    const busy = () => ({ size: 4, asked: 4, waiting: 0, answered: 30, askedMs: now, tally });
    expect(pace.room(busy())).toMatchObject({ requests: 30 });
    pace.claimed(60_000);
    now = 1_900;
    expect(pace.room(busy())).toMatchObject({ requests: 30 });
    now = 3_000;
    expect(pace.room(busy())).toMatchObject({ requests: 0 });
  });

  it('takes no slot when all it could begin with waits for other hosts', () => {
    const pace = new ClaimPace(limits, () => 0);
    const idle = { size: 0, asked: 0, waiting: 0, answered: 0, askedMs: 0, tally };
    expect(pace.room(idle, 3)).toMatchObject({ requests: 4, slots: 1 });
    expect(pace.room(idle, 4)).toMatchObject({ requests: 4, slots: 0 });
  });

  it('never exceeds a batch, nor what the worker may still do in all', () => {
    let now = 0;
    const pace = new ClaimPace({ ...limits, maxItems: 40 }, () => now);
    pace.room({ size: 0, asked: 0, waiting: 0, answered: 0, askedMs: 0, tally });
    now = 100;
    const fast = { size: 8, asked: 4, waiting: 0, answered: 500, askedMs: 100 };
    expect(pace.room({ ...fast, tally: { ...tally, completed: 30 } })).toEqual({
      requests: 2,
      slots: 2,
      items: 2,
    });
    const unbound = new ClaimPace(limits, () => now);
    unbound.room({ ...fast, answered: 0, askedMs: 0, tally });
    expect(unbound.room({ ...fast, tally })).toMatchObject({ requests: 50 });
  });
});
