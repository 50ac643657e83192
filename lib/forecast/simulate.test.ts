import { describe, expect, it } from 'vitest';
import { type ForecastInput, hourMs, simulate } from './simulate.ts';

const open = { delayMs: 0, closedForMs: 0 };
const input = (over: Partial<ForecastInput> = {}): ForecastInput => ({
  hours: 24,
  waiting: [],
  due: [],
  schedules: [],
  occurrences: [],
  sources: new Map([['wiki', open]]),
  hosts: new Map([['w.example', open]]),
  stoppedForMs: 0,
  ...over,
});
const backlog = (requests: number) => [{ source: 'wiki', host: 'w.example', run: null, requests }];
const paced = (delayMs: number, over = {}) =>
  new Map([['w.example', { delayMs, closedForMs: 0, ...over }]]);
const series = (given: ForecastInput) => simulate(given).hosts.get('w.example') ?? [];

const nightly = {
  schedule: 'nightly',
  running: null,
  sources: ['wiki'],
  takes: 'due',
  asBefore: [],
  maxItems: null,
  maxRequests: null,
} as const;
const due = (inMs: number, items: number, everyMs: number | null = null) => ({
  source: 'wiki',
  host: 'w.example',
  inMs,
  items,
  share: 1,
  everyMs,
});

describe('the coming hours', () => {
  it('ask as fast as the pace of the host lets them, no faster', () => {
    const hours = series(input({ waiting: backlog(900), hosts: paced(10_000) }));
    expect(hours.slice(0, 4)).toEqual([360, 360, 180, 0]);
  });

  it('keep the slower of the paces of source and host, also one slower than a request in ten minutes', () => {
    const sources = new Map([['wiki', { delayMs: 30_000, closedForMs: 0 }]]);
    expect(series(input({ waiting: backlog(900), hosts: paced(10_000), sources }))[0]).toBe(120);
    const slow = series(input({ waiting: backlog(900), hosts: paced(1_800_000) }));
    expect(slow.reduce((sum, one) => sum + one, 0)).toBe(48);
  });

  it('share a host among sources', () => {
    const waiting = [
      ...backlog(1_000),
      { source: 'laws', host: 'w.example', run: null, requests: 1_000 },
    ];
    const { hosts, left } = simulate(input({ hours: 1, waiting, hosts: paced(10_000) }));
    expect(hosts.get('w.example')).toEqual([360]);
    expect(left.reduce((sum, { requests }) => sum + requests, 0)).toBe(1_640);
  });

  it.each([
    ['stopped', { stoppedForMs: Number.POSITIVE_INFINITY }],
    ['source closed', { sources: new Map([['wiki', { delayMs: 0, closedForMs: Infinity }]]) }],
    ['host closed', { hosts: paced(0, { closedForMs: Infinity }) }],
    ['host pace', { hosts: paced(3_600_000) }],
    ['source pace', { sources: new Map([['wiki', { delayMs: 3_600_000, closedForMs: 0 }]]) }],
    [
      'host budget',
      { hosts: paced(0, { budget: { remaining: 10, limit: 10, resetsInMs: null } }) },
    ],
  ] as const)('leave what does not fit, and say why: %s', (obstacle, over) => {
    const { left } = simulate(input({ waiting: backlog(100), ...over }));
    expect(left).toEqual([
      { source: 'wiki', host: 'w.example', obstacle, requests: expect.any(Number) },
    ]);
  });

  it('go on when a block ends, and when a budget is renewed, day by day', () => {
    const blocked = series(
      input({ waiting: backlog(10), hosts: paced(0, { closedForMs: 2 * hourMs }) }),
    );
    expect(blocked.slice(0, 4)).toEqual([0, 0, 10, 0]);
    const budget = { remaining: 5, limit: 20, resetsInMs: 3 * hourMs };
    const hours = series(input({ hours: 48, waiting: backlog(40), hosts: paced(0, { budget }) }));
    expect(hours.flatMap((sent, hour) => (sent > 0 ? [[hour, sent]] : []))).toEqual([
      [0, 5],
      [3, 20],
      [27, 15],
    ]);
  });

  it('take what is due at the launch and not what comes later, and again what comes due again', () => {
    const { launches, untaken } = simulate(
      input({
        schedules: [nightly],
        occurrences: [2, 12].map((hour) => ({ schedule: 'nightly', inMs: hour * hourMs })),
        due: [due(-1, 30, 6 * hourMs), due(3 * hourMs, 7), due(13 * hourMs, 4)],
      }),
    );
    expect(launches.map(({ items }) => items)).toEqual([30, 37]);
    expect(untaken.get('wiki')).toBe(4 + 30);
  });

  it('leave out a launch while the run before is still going, and bound a run by its budget', () => {
    const occurrences = [0, 1, 2].map((hour) => ({ schedule: 'nightly', inMs: hour * hourMs }));
    const given = { schedules: [{ ...nightly, maxItems: 400 }], occurrences, hosts: paced(10_000) };
    const { launches } = simulate(input({ ...given, due: [due(-1, 1_000)] }));
    expect(launches.map(({ launches: does, items }) => [does, items])).toEqual([
      [true, 400],
      [false, null],
      [true, 400],
    ]);
    const running = simulate(
      input({
        ...given,
        schedules: [{ ...nightly, running: 'r' }],
        waiting: [{ source: 'wiki', host: 'w.example', run: 'r', requests: 500 }],
        due: [],
      }),
    );
    expect(running.launches.map(({ launches: does }) => does)).toEqual([false, false, true]);
  });

  it('launch nothing while everything is stopped', () => {
    const { launches } = simulate(
      input({
        schedules: [nightly],
        occurrences: [{ schedule: 'nightly', inMs: 0 }],
        due: [due(-1, 3)],
        stoppedForMs: hourMs,
      }),
    );
    expect(launches).toMatchObject([{ launches: false }]);
  });
});
