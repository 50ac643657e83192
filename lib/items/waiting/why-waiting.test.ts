import { describe, expect, it } from 'vitest';
import type { WaitingFacts } from './waiting-reasons.ts';
import { whyWaiting } from './why-waiting.ts';

const now = '2026-11-23T12:00:00.000Z';
const past = '2026-11-23T11:59:00.000Z';
const soon = '2026-11-23T12:00:30.000Z';
const later = '2026-11-23T12:05:00.000Z';

const item: WaitingFacts['item'] = {
  status: 'pending',
  availableAt: past,
  waitReason: null,
  attempt: 0,
  leaseOwner: null,
  leaseUntil: null,
  host: 'wiki.example.org',
};
const source: NonNullable<WaitingFacts['source']> = {
  name: 'Wiki',
  enabled: true,
  pausedAt: null,
  pausedReason: null,
  pausedUntil: null,
  rateDelayMs: 1000,
  maxAttempts: 4,
  nextSlotAt: past,
  slotUntil: null,
};

const calmHost = { blockedUntil: null, blockedReason: null, delayMs: null };

/** Facts of an item that nothing holds back, with what the test changes. */
function facts(changes: {
  item?: Partial<WaitingFacts['item']>;
  source?: Partial<typeof source> | null;
  host?: WaitingFacts['host'];
  run?: Partial<NonNullable<WaitingFacts['run']>>;
  workersAlive?: number;
  ahead?: number | null;
  stop?: WaitingFacts['stop'];
}): WaitingFacts {
  return {
    now,
    stop: changes.stop ?? null,
    item: { ...item, ...changes.item },
    source: changes.source === null ? null : { ...source, ...changes.source },
    host: changes.host ?? null,
    run: changes.run
      ? { status: 'running', pausedAt: null, budgetSpent: false, ...changes.run }
      : null,
    workersAlive: changes.workersAlive ?? 1,
    ahead: changes.ahead ?? null,
  };
}
const codes = (changes: Parameters<typeof facts>[0]) =>
  whyWaiting(facts(changes)).reasons.map((reason) => reason.code);

describe('an item that no longer waits', () => {
  it.each(['completed', 'failed', 'skipped'] as const)('is %s, whatever else holds', (status) => {
    const answer = whyWaiting(
      facts({ item: { status, attempt: 4 }, source: null, workersAlive: 0 }),
    );
    expect(answer.unfinished).toBe(false);
    expect(answer.reasons.map((reason) => reason.code)).toEqual([status]);
  });

  it('says after how many attempts it was given up', () => {
    const sentence = (attempt: number) =>
      whyWaiting(facts({ item: { status: 'failed', attempt } })).reasons[0].sentence;
    expect(sentence(1)).toContain('after 1 attempt.');
    expect(sentence(4)).toContain('after 4 attempts.');
  });
});

describe('while everything is stopped', () => {
  const stop = {
    stopId: 's',
    reason: 'The site complains.',
    inFlight: 'finish',
    stoppedBy: 'ana@example.org',
    stoppedAt: past,
    until: null,
  } as const;

  it('that is the first reason, with who, why and until when', () => {
    const [first, second] = whyWaiting(facts({ stop, source: null })).reasons;
    expect(first).toMatchObject({
      code: 'stopped',
      sentence:
        'ana@example.org stopped everything: The site complains. It goes on when a person says so.',
    });
    expect(second?.code).toBe('source_removed');
  });

  it('what is known of its end says when the item is ready', () => {
    const until = '2100-01-01T00:00:00.000Z';
    expect(whyWaiting(facts({ stop: { ...stop, until } })).readyAt).toBe(until);
    expect(whyWaiting(facts({ stop })).readyAt).toBeNull();
  });
});

describe('an item in progress', () => {
  it('names the worker that holds it and until when', () => {
    const answer = whyWaiting(
      facts({ item: { status: 'in_progress', leaseOwner: 'worker-7', leaseUntil: soon } }),
    );
    expect(answer.reasons).toEqual([expect.objectContaining({ code: 'running', until: soon })]);
    expect(answer.reasons[0].sentence).toContain('worker-7');
  });

  it.each([past, now, null])('is said to be abandoned when its lease ended (%s)', (leaseUntil) => {
    expect(codes({ item: { status: 'in_progress', leaseOwner: 'worker-7', leaseUntil } })).toEqual([
      'lease_expired',
    ]);
  });
});

describe('a pending item', () => {
  it.each([
    ['its source was removed', 'source_removed', { source: null }, null],
    ['its source is off', 'source_disabled', { source: { enabled: false } }, null],
    ['its source is paused', 'source_paused', { source: { pausedAt: past } }, null],
    ['its run is paused', 'run_paused', { run: { status: 'running', pausedAt: past } }, null],
    [
      'its host asked us to wait',
      'host_blocked',
      { host: { blockedUntil: later, blockedReason: '429', delayMs: null } },
      later,
    ],
    [
      'it failed and backs off',
      'backoff',
      { item: { availableAt: soon, waitReason: 'backoff' } },
      soon,
    ],
    [
      'it is scheduled',
      'scheduled',
      { item: { availableAt: soon, waitReason: 'scheduled' } },
      soon,
    ],
    ['it was enqueued for later', 'scheduled', { item: { availableAt: soon } }, soon],
    ['its source’s slot is not free yet', 'polite_slot', { source: { nextSlotAt: soon } }, soon],
    [
      'another worker holds its source’s slot',
      'polite_slot',
      { source: { slotUntil: soon } },
      soon,
    ],
    ['no worker runs', 'no_workers', { workersAlive: 0 }, null],
    ['its run has used up its budget', 'run_spent', { run: { budgetSpent: true } }, null],
    [
      'our budget at its host is spent until it is renewed',
      'host_budget',
      { host: { ...calmHost, budget: { resetsAt: later } } },
      later,
    ],
    [
      'our budget at its host is spent, who knows until when',
      'host_budget',
      { host: { ...calmHost, budget: { resetsAt: null } } },
      null,
    ],
    [
      'its host has all the requests it takes',
      'host_full',
      { host: { ...calmHost, room: { most: 1, inFlight: 1 } } },
      null,
    ],
    [
      'it is on hold',
      'on_hold',
      { item: { availableAt: '9999-01-01T00:00:00.000Z', waitReason: 'on_hold' } },
      null,
    ],
  ] as const)('waits because %s', (_, code, changes, until) => {
    const answer = whyWaiting(facts(changes));
    expect(answer.unfinished).toBe(true);
    expect(answer.reasons.map((reason) => reason.code)).toEqual([code]);
    expect(answer.reasons[0].until).toBe(until);
    expect(answer.readyAt).toBe(until);
    // When it will change: a moment, or what has to happen first.
    if (until === null) expect(answer.reasons[0].change).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    [0, 'with the next request'],
    [1, 'about 1 second'],
    [60, 'about 60 seconds'],
    [150, 'about 3 minutes'],
    [1_000, 'about 17 minutes'],
  ])('of a polite source with %s items ahead is told when its turn comes', (ahead, turn) => {
    expect(whyWaiting(facts({ ahead })).reasons[0].change).toContain(turn);
    const [slot] = whyWaiting(facts({ ahead, source: { nextSlotAt: soon } })).reasons;
    expect(slot).toMatchObject({ code: 'polite_slot', until: soon });
    if (ahead > 0) expect(slot.change).toContain(turn);
  });

  it('of a slow source may have to wait for hours or days', () => {
    const turn = (rateDelayMs: number) =>
      whyWaiting(facts({ ahead: 900, source: { rateDelayMs } })).reasons[0].change;
    expect(turn(10_000)).toContain('about 3 hours');
    expect(turn(600_000)).toContain('about 6 days');
    expect(turn(0)).toBe('A worker that has room will take it.');
  });

  it.each([
    ['a block that is over', { host: { blockedUntil: now, blockedReason: '429', delayMs: null } }],
    ['a backoff that is over', { item: { availableAt: now, waitReason: 'backoff' } }],
    ['a slot that expired', { source: { slotUntil: now, nextSlotAt: now } }],
    ['a slot of a source without a rate', { source: { rateDelayMs: 0, nextSlotAt: later } }],
    ['a paused run that has ended', { run: { status: 'completed', pausedAt: past } }],
  ] as const)('does not wait for %s', (_, changes) => {
    expect(codes(changes)).toEqual(['queued']);
  });

  it('waits on hold until a person acts', () => {
    const item = { availableAt: '9999-01-01T00:00:00.000Z', waitReason: 'on_hold' };
    const answer = whyWaiting(facts({ item }));
    expect(answer.reasons).toEqual([
      {
        code: 'on_hold',
        sentence: 'It is on hold; take it off hold or retry it, or launch a run of its source.',
        until: null,
        change: 'It waits until somebody does.',
      },
    ]);
    expect(answer.readyAt).toBeNull();
  });

  it('names every reason, in the order in which they decide', () => {
    expect(
      codes({
        item: { availableAt: soon, waitReason: 'backoff' },
        source: { enabled: false, pausedAt: past, nextSlotAt: soon },
        host: { blockedUntil: later, blockedReason: null, delayMs: null },
        run: { pausedAt: past, budgetSpent: true },
        workersAlive: 0,
      }),
    ).toEqual([
      'source_disabled',
      'source_paused',
      'run_spent',
      'run_paused',
      'host_blocked',
      'backoff',
      'polite_slot',
      'no_workers',
    ]);
  });

  it('is ready when the last of the reasons that end by themselves has ended', () => {
    const waits = {
      item: { availableAt: soon, waitReason: 'backoff' },
      host: { blockedUntil: later, blockedReason: null, delayMs: null },
    };
    expect(whyWaiting(facts(waits)).readyAt).toBe(later);
    expect(whyWaiting(facts({ ...waits, source: { pausedAt: past } })).readyAt).toBeNull();
  });

  it.each([
    [null, 'waits for its turn'],
    [0, 'is next in'],
    [1, '1 item goes before it'],
    [12_345, '12,345 items go before it'],
  ])('with %s items ahead says so', (ahead, sentence) => {
    expect(whyWaiting(facts({ ahead })).reasons[0].sentence).toContain(sentence);
  });

  it('waits for the slot by the delay of its host where that is the longer one', () => {
    const host = { blockedUntil: null, blockedReason: null, delayMs: 30_000 };
    const sentence = (rateDelayMs: number) =>
      whyWaiting(facts({ host, source: { rateDelayMs, nextSlotAt: soon } })).reasons[0].sentence;
    expect(sentence(0)).toMatch(/wiki\.example\.org .* once every 30 s/);
    expect(sentence(60_000)).toContain('takes one request every 60 s');
    const asked = { ...host, delayMs: 0, nextSlotAt: later };
    const answer = whyWaiting(facts({ host: asked, source: { rateDelayMs: 1000 } }));
    expect(answer.reasons[0]).toMatchObject({ code: 'polite_slot', until: later });
    expect(answer.reasons[0].sentence).toMatch(/wiki\.example\.org .* another source/);
  });

  it('waits for room at a host that takes only so many requests at a time', () => {
    const host = { blockedUntil: null, blockedReason: null, delayMs: null };
    const codeWith = (inFlight: number) =>
      whyWaiting(facts({ host: { ...host, room: { most: 2, inFlight } } })).reasons[0].code;
    expect(codeWith(2)).toBe('host_full');
    expect(codeWith(1)).toBe('queued');
  });

  it('gives the reason a person wrote when they paused the source', () => {
    const answer = whyWaiting(
      facts({ source: { pausedAt: past, pausedReason: 'wiki is being moved' } }),
    );
    expect(answer.reasons[0].sentence).toContain('wiki is being moved');
  });
});
