import { describe, expect, it } from 'vitest';
import type { AlertFacts, RunMeasure } from '../model.ts';
import { ruleNamed, valuesOf } from '../rule-settings.ts';
import { alertRules } from './registry.ts';

const now = '2026-11-30T12:00:00.000Z';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const gib = 1024 ** 3;
const ago = (ms: number) => new Date(Date.parse(now) - ms).toISOString();

/** Nothing is wrong. */
const calm: AlertFacts = {
  now,
  workers: [],
  waiting: 0,
  oldestReadyMs: null,
  backlog: [],
  attempts: [],
  running: [],
  measures: [],
  schedules: [],
  activeSources: new Map([['wiki', '2020-01-01T00:00:00.000Z']]),
  disks: [],
  warnings: [],
  certificates: [],
  secrets: [],
};

const told = (rule: string, facts: Partial<AlertFacts>, values: Record<string, number> = {}) =>
  ruleNamed(rule)
    .judge({ ...calm, ...facts }, values)
    .map(({ subject }) => subject);

/** The run of a day that took `durationMs`, so many days ago. */
const aRun = (daysAgo: number, over: Partial<RunMeasure> = {}): RunMeasure => ({
  runId: `run-${daysAgo}`,
  scope: 'seed:wiki',
  label: 'wiki',
  sourceName: 'wiki',
  startedAt: ago(daysAgo * dayMs + hourMs),
  endedAt: ago(daysAgo * dayMs),
  status: 'completed',
  endReason: 'finished',
  errorMessage: null,
  succeeded: 100,
  failed: 0,
  total: 100,
  durationMs: hourMs,
  content: null,
  ...over,
});
const daily = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => aRun(to - at));

describe('the rules', () => {
  it('tell of nothing where nothing is wrong', () => {
    expect(alertRules.flatMap((rule) => rule.judge(calm, {}))).toEqual([]);
  });

  it('tell of a backlog that grew in every hour, by much, for long enough', () => {
    const queue = (...pending: number[]) => ({
      backlog: pending.map((count, at) => ({
        at: ago((pending.length - 1 - at) * hourMs),
        pending: count,
      })),
    });
    const growing = Array.from({ length: 13 }, (_, at) => 20_000 + at * 1_000);
    expect(told('backlog_growing', queue(...growing))).toEqual(['queue']);
    expect(told('backlog_growing', queue(...growing.slice(1)))).toEqual([]);
    expect(told('backlog_growing', queue(...growing.with(6, 1)))).toEqual([]);
    expect(told('backlog_growing', queue(...growing.map((count) => count / 10)))).toEqual([]);
    expect(told('backlog_growing', queue(...growing.map((count) => count + 100_000)))).toEqual([]);
    expect(told('backlog_growing', queue(...growing.toReversed()))).toEqual([]);
    expect(told('backlog_growing', queue())).toEqual([]);
  });

  it('tell of a run that goes on for much longer than those before it', () => {
    const running = (ageMs: number, over: object = {}) => ({
      measures: daily(1, 20),
      running: [
        {
          runId: 'now',
          scope: 'seed:wiki',
          label: 'wiki',
          sourceName: 'wiki',
          ageMs,
          isPaused: false,
          ...over,
        },
      ],
    });
    expect(told('run_overdue', running(4 * hourMs))).toEqual(['seed:wiki']);
    expect(told('run_overdue', running(2 * hourMs))).toEqual([]);
    expect(told('run_overdue', running(4 * hourMs, { isPaused: true }))).toEqual([]);
    expect(told('run_overdue', running(4 * hourMs, { scope: 'seed:other' }))).toEqual([]);
    expect(told('run_overdue', { ...running(4 * hourMs), measures: daily(1, 6) })).toEqual([]);
    expect(told('run_overdue', running(4 * hourMs), { factor: 5 })).toEqual([]);
  });

  it('tell of what ends soon, for its life, or has ended', () => {
    const ending = (leftDays: number, lifeDays = 90) => ({
      subject: `${leftDays} of ${lifeDays}`,
      name: 'The certificate of wiki.example',
      sourceName: null,
      endsAt: ago(-leftDays * dayMs),
      leftMs: leftDays * dayMs,
      lifeMs: lifeDays * dayMs,
      href: '/hosts/wiki.example',
    });
    const endings = [
      ...[-1, 0, 6.9, 7, 30].map((left) => ending(left)),
      ending(0.9, 6),
      ending(1.1, 6),
    ];
    const soon = ['-1 of 90', '0 of 90', '6.9 of 90', '0.9 of 6'];
    expect(told('certificate_near_end', { certificates: endings })).toEqual(soon);
    expect(told('secret_near_end', { secrets: endings })).toEqual(soon);
    const ofSource = endings.map((one) => ({ ...one, sourceName: 'wiki' }));
    expect(told('secret_near_end', { secrets: ofSource })).toEqual(soon);
    expect(told('certificate_near_end', { secrets: endings })).toEqual([]);
    // Never before a sixth of its life is left: 15 of 90 days.
    expect(told('certificate_near_end', { certificates: endings }, { days: 60 })).toEqual([
      ...soon.slice(0, 3),
      '7 of 90',
      '0.9 of 6',
    ]);
    const [over, , near] = ruleNamed('certificate_near_end').judge(
      { ...calm, certificates: endings },
      {},
    );
    expect(over?.title).toBe('The certificate of wiki.example has ended');
    expect(near?.title).toBe('The certificate of wiki.example ends in 7 days');
  });

  it('tell of a disk with little left, by share and by size', () => {
    const disk = (freeGib: number, sizeGib: number, pauseBelowGib = 0) => ({
      disks: [
        {
          what: 'the database',
          freeBytes: freeGib * gib,
          sizeBytes: sizeGib * gib,
          pauseBelowBytes: pauseBelowGib * gib,
        },
      ],
    });
    expect(told('disk_low', disk(5, 100))).toEqual(['the database']);
    expect(told('disk_low', disk(0, 100))).toEqual(['the database']);
    expect(told('disk_low', disk(15, 100))).toEqual([]);
    expect(told('disk_low', disk(50, 1_000))).toEqual([]);
    // Soon no work would be begun any more.
    expect(told('disk_low', disk(50, 1_000, 20))).toEqual(['the database']);
    expect(told('disk_low', disk(61, 1_000, 20))).toEqual([]);
    expect(told('disk_low', disk(15, 100), { share: 20 })).toEqual(['the database']);
  });

  it('tell of an item that could have been claimed for a day', () => {
    expect(told('oldest_too_old', { oldestReadyMs: dayMs })).toEqual(['queue']);
    expect(told('oldest_too_old', { oldestReadyMs: dayMs - 1 })).toEqual([]);
    expect(told('oldest_too_old', { oldestReadyMs: null })).toEqual([]);
    expect(told('oldest_too_old', { oldestReadyMs: dayMs }, { age: 48 })).toEqual([]);
  });

  it('tell of a source that was fetched every day and is not any more', () => {
    expect(told('freshness_missed', { measures: daily(4, 24) })).toEqual(['seed:wiki']);
    expect(told('freshness_missed', { measures: daily(1, 24) })).toEqual([]);
    expect(told('freshness_missed', { measures: daily(4, 8) })).toEqual([]);
    expect(
      told('freshness_missed', {
        measures: daily(4, 24),
        activeSources: new Map<string, string>(),
      }),
    ).toEqual([]);
    // A person has resumed or changed it since: its next run is waited for from then on.
    const since = (days: number) => new Map([['wiki', ago(days * dayMs)]]);
    expect(
      told('freshness_missed', { measures: daily(14, 24), activeSources: since(2.9) }),
    ).toEqual([]);
    expect(
      told('freshness_missed', { measures: daily(14, 24), activeSources: since(3.1) }),
    ).toEqual(['seed:wiki']);
    // Runs that failed do not count as fetched.
    const failing = daily(1, 24).map((run, at, all) =>
      at > all.length - 4 ? { ...run, status: 'failed' as const, endReason: 'error' } : run,
    );
    expect(told('freshness_missed', { measures: failing })).toEqual(['seed:wiki']);
  });

  it('tell of a schedule that is late, and of one that could not be launched', () => {
    const schedule = (lateMs: number | null, lastOutcome: string | null = 'launched') => ({
      schedules: [{ scheduleId: 's', name: 'nightly', lateMs, lastOutcome }],
    });
    expect(told('schedule_missed', schedule(15 * 60_000))).toEqual(['s']);
    expect(told('schedule_missed', schedule(14 * 60_000))).toEqual([]);
    expect(told('schedule_missed', schedule(null))).toEqual([]);
    expect(told('schedule_missed', schedule(null, 'not launched: no source'))).toEqual(['s']);
  });

  it('tell that no worker is alive while something waits', () => {
    expect(told('no_worker', { waiting: 1 })).toEqual(['workers']);
    expect(told('no_worker', { waiting: 0 })).toEqual([]);
  });

  it('tell of sources whose attempts fail, by share and number', () => {
    const attempts = (all: number, failed: number) => ({
      attempts: [{ sourceName: 'wiki', attempts: all, failed }],
    });
    expect(told('failure_rate', attempts(20, 10))).toEqual(['wiki']);
    expect(told('failure_rate', attempts(20, 9))).toEqual([]);
    expect(told('failure_rate', attempts(19, 19))).toEqual([]);
  });

  it('tell of warnings of the database, and leave other warnings to their pages', () => {
    const warning = (kind: 'deadlocks' | 'sources_paused') =>
      // Only these members are read of it.
      ({ kind, title: 't', detail: 'd', href: '/' }) as AlertFacts['warnings'][number];
    expect(told('database_warnings', { warnings: [warning('deadlocks')] })).toEqual(['deadlocks']);
    expect(told('database_warnings', { warnings: [warning('sources_paused')] })).toEqual([]);
  });

  it.each(alertRules.map((rule) => [rule.rule, rule] as const))(
    '%s refuses thresholds that are no numbers, unknown, or out of bounds, each by its name',
    (_, rule) => {
      expect(() => valuesOf(rule, { unknown: 1 })).toThrow(
        expect.objectContaining({ code: 'input_invalid' }),
      );
      for (const [name, { min, max, default: usual }] of Object.entries(rule.thresholds)) {
        expect(valuesOf(rule, { [name]: usual })).toEqual({ [name]: usual });
        for (const wrong of [min - 1, max + 1, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
          expect(() => valuesOf(rule, { [name]: wrong })).toThrow(
            expect.objectContaining({
              code: 'input_invalid',
              fields: { [name]: expect.any(String) },
            }),
          );
        }
      }
    },
  );
});
