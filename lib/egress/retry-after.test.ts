import { describe, expect, it } from 'vitest';
import { httpDate, retryAfterMs } from './retry-after.ts';

const sent = 'Wed, 21 Oct 2015 07:28:00 GMT';

describe('the wait a server asks for', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['a part of a second', '0.5', 500],
    ['more than a day', '9999999', 86_400_000],
    ['more digits than a number has', '9'.repeat(400), 86_400_000],
    ['seconds that were joined, the longer of them', '30, 120', 120_000],
    ["a date, by the server's own clock", 'Wed, 21 Oct 2015 07:28:30 GMT', 30_000],
    ['a date of RFC 850', 'Wednesday, 21-Oct-15 07:28:30 GMT', 30_000],
    ['a date of asctime, which is in GMT', 'Wed Oct 21 07:28:30 2015', 30_000],
    ['a date without weekday, with an offset', '21 Oct 2015 09:28:30 +0200', 30_000],
    ['a date without zone, which is in GMT', 'Wed, 21 Oct 2015 07:28:30', 30_000],
    ['a date of ISO 8601', '2015-10-21T07:28:30Z', 30_000],
    ['a date of ISO 8601 with fraction and offset', '2015-10-21T02:28:30.000-05:00', 30_000],
    ['seconds with their unit', '120 seconds', 120_000],
    ['the same in short', '120s', 120_000],
    ['seconds in quotes', '"120"', 120_000],
    ['seconds with a remark', '120; comment="busy"', 120_000],
    [
      'dates that were joined, the later of them',
      'Wed, 21 Oct 2015 07:28:10 GMT, Wed, 21 Oct 2015 07:28:30 GMT',
      30_000,
    ],
    ['seconds beside a date', '20, Wed, 21 Oct 2015 07:28:30 GMT', 30_000],
    ['seconds, joined, without blanks', '30,120', 120_000],
    ['a date far ahead', 'Wed, 21 Oct 2099 07:28:30 GMT', 86_400_000],
  ])('%s', (_, wish, expected) => {
    expect(retryAfterMs({ 'retry-after': wish, date: sent })).toBe(expected);
  });

  it.each([
    ['negative seconds', '-5'],
    ['no time at all', '0'],
    ['the same with a fraction', '0.0'],
    ['a date in the past', 'Wed, 21 Oct 2015 07:27:00 GMT'],
    ['a date in the past, as asctime', 'Wed Oct 21 07:27:00 2015'],
    ['now', sent],
    ['nonsense', 'soon'],
    ['nonsense in which a lenient reader sees a year', 'maybe 2099'],
    ['a month that is none', 'Wed, 21 Okt 2099 07:28:30 GMT'],
    ['a day that is none', 'Wed, 41 Oct 2099 07:28:30 GMT'],
    ['an hour that is none', 'Wed, 21 Oct 2099 27:28:30 GMT'],
    ['a number in another notation', '1e9'],
    ['a unit that is none of ours', '2 minutes'],
    ['seconds beside nonsense', '20, soon'],
    ['not a number', 'NaN'],
    ['infinity', 'Infinity'],
    ['nothing', ''],
    ['a very long text', `${'1'.repeat(60)} Oct `.repeat(10_000)],
  ])('none by %s', (_, wish) => {
    expect(retryAfterMs({ 'retry-after': wish, date: sent })).toBeNull();
  });

  it('is none without the header', () => {
    expect(retryAfterMs({})).toBeNull();
  });

  it('is reckoned by our clock when the server’s cannot be read', () => {
    const wish = new Date(Date.now() + 3_600_000).toUTCString();
    const ms = retryAfterMs({ 'retry-after': wish, date: 'yesterday 5' });
    expect(ms).toBeGreaterThan(3_500_000);
    expect(ms).toBeLessThanOrEqual(3_600_000);
  });
});

it('a year of two digits is one of the last 50 or the next 50', () => {
  expect(httpDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
});
