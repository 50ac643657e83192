import { describe, expect, it } from 'vitest';
import { cronInWords, cronProblem, nextTimes } from './cron.ts';

describe('a cron expression', () => {
  it.each([
    ['* * * * *', 'every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['5 * * * *', 'every hour at minute 5'],
    ['0 */6 * * *', 'every 6 hours at minute 0'],
    ['30 3 * * *', 'every day at 03:30'],
    ['0 7 * * 1-5', 'Monday to Friday at 07:00'],
    ['0 4 * * 0', 'every Sunday at 04:00'],
    ['0 4 * * 7', 'every Sunday at 04:00'],
    ['0 2 1 * *', 'on day 1 of each month at 02:00'],
    ['0 4 * * MON,WED,FRI', 'every Monday, Wednesday and Friday at 04:00'],
    ['0 4 L * *', 'on the last day of each month at 04:00'],
    ['0 4 31 * *', 'on day 31 of months that have one at 04:00'],
    // It is due at minute 56 and again at 0: no seven minutes lie between.
    ['*/7 * * * *', 'as “*/7 * * * *” says'],
    ['1,2 3 * 4 *', 'as “1,2 3 * 4 *” says'],
  ])('%s reads %s', (expression, words) => {
    expect(cronInWords(expression)).toBe(words);
  });

  it('tells what is wrong with it', () => {
    expect(cronProblem('0 3 * * *', 'UTC')).toBeNull();
    expect(cronProblem('0 3 * * *', 'Mars/Olympus')).toMatch(/time zone/);
    expect(cronProblem('every day', 'UTC')).toMatch(/five fields/);
    expect(cronProblem('0 0 3 * * *', 'UTC')).toMatch(/five fields/);
    expect(cronProblem('0 3 30 2 *', 'UTC')).toBe('never comes due');
  });

  it('comes due at the wall clock of its zone, over the change to summer time', () => {
    expect(nextTimes('30 3 * * *', 'Europe/Berlin', '2026-03-28T00:00:00.000Z', 2)).toEqual([
      '2026-03-28T02:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
    ]);
  });

  it('comes due strictly after the given time', () => {
    expect(nextTimes('0 3 * * *', 'UTC', '2026-01-01T03:00:00.000Z', 1)).toEqual([
      '2026-01-02T03:00:00.000Z',
    ]);
  });
});
