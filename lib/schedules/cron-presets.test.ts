import { describe, expect, it } from 'vitest';
import { cronProblem, nextTimes } from './cron.ts';
import {
  type CronPreset,
  cronOf,
  hourSteps,
  minuteSteps,
  presetInWords,
  presetLike,
  presetOf,
} from './cron-presets.ts';

const at = { hour: 4, minute: 5 };
const presets: readonly CronPreset[] = [
  ...minuteSteps.map((every): CronPreset => ({ kind: 'minutes', every })),
  ...hourSteps.map((every): CronPreset => ({ kind: 'hours', every, minute: 59 })),
  { kind: 'daily', ...at },
  { kind: 'weekly', days: [1, 2, 3, 4, 5], ...at },
  { kind: 'weekly', days: [6, 0], ...at },
  { kind: 'weekly', days: [0], ...at },
  { kind: 'monthly', day: 31, ...at },
  { kind: 'monthly', day: 'last', ...at },
];

describe('a usual cron expression', () => {
  it.each(presets)('is written and read back: %j', (preset) => {
    expect(cronProblem(cronOf(preset), 'UTC')).toBeNull();
    expect(presetOf(cronOf(preset))).toEqual(preset);
    expect(presetInWords(preset)).not.toContain('undefined');
  });

  it.each([
    ['0 7 * * MON-FRI', '0 7 * * 1-5'],
    ['0 7 * * 6-7', '0 7 * * 6,0'],
    ['0 7 * * 7', '0 7 * * 0'],
    ['0 7 * * sun,3', '0 7 * * 3,0'],
    ['0 7 * * 0-6', '0 7 * * *'],
    ['0 7 ? * 1', '0 7 * * 1'],
    ['07 07 L * *', '7 7 L * *'],
    ['*/1 * * * *', '* * * * *'],
  ])('%s means the times of %s', (written, usual) => {
    const preset = presetOf(written);
    expect(preset && cronOf(preset)).toBe(usual);
    const from = '2026-02-11T10:11:12.000Z';
    expect(nextTimes(written, 'Europe/Berlin', from, 40)).toEqual(
      nextTimes(usual, 'Europe/Berlin', from, 40),
    );
  });

  it.each([
    '*/7 * * * *',
    '*/60 * * * *',
    '0 0/6 * * *',
    '0 */5 * * *',
    '5-10 * * * *',
    '0 3 1 1 *',
    '0 3 1 * 1',
    '0 3 1,15 * *',
    '0 3 * * 1#2',
    '0 3 * * 5-1',
    '0 3 * * */2',
    '0 24 * * *',
    '60 3 * * *',
    '0 3 32 * *',
    '0 3 * * 1-',
    '0 3 * *',
    '0 0 3 * * *',
    '',
    'every day',
  ])('is not seen in %j', (expression) => {
    expect(presetOf(expression)).toBeNull();
  });

  it('keeps the time of day when another rhythm is chosen', () => {
    expect(presetLike('weekly', { kind: 'daily', hour: 22, minute: 30 })).toEqual({
      kind: 'weekly',
      days: [1],
      hour: 22,
      minute: 30,
    });
    expect(presetLike('daily', null)).toEqual({ kind: 'daily', hour: 3, minute: 0 });
  });
});
