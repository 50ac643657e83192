import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSpan, spanExamples } from './spans.ts';
import { instantAt, wallTime } from './zones.ts';

const berlin = { now: '2026-03-30T10:30:00.000Z', zone: 'Europe/Berlin' };
const said = (text: string, clock = berlin) => {
  const span = readSpan(text, clock);
  return span === null ? null : [span.from ?? null, span.to ?? null];
};

describe('a span of time', () => {
  it.each([
    ['today', '2026-03-29T22:00:00.000Z', '2026-03-30T22:00:00.000Z'],
    // The day on which the clocks went forward has 23 hours.
    ['yesterday', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['Sunday', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['2 days ago', '2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z'],
    ['last 7 days', '2026-03-23T11:30:00.000Z', null],
    ['past 2 hours', '2026-03-30T08:30:00.000Z', null],
    ['<30d', '2026-02-28T11:30:00.000Z', null],
    ['< 90 min', '2026-03-30T09:00:00.000Z', null],
    ['>30d', null, '2026-02-28T11:30:00.000Z'],
    ['older than 1 month', null, '2026-02-28T11:30:00.000Z'],
    ['this week', '2026-03-29T22:00:00.000Z', '2026-04-05T22:00:00.000Z'],
    ['last week', '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['last month', '2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z'],
    ['2026-01-31', '2026-01-30T23:00:00.000Z', '2026-01-31T23:00:00.000Z'],
    ['2026-02', '2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z'],
    ['2026-01-01..2026-01-31', '2025-12-31T23:00:00.000Z', '2026-01-31T23:00:00.000Z'],
    ['2026-01-01..', '2025-12-31T23:00:00.000Z', null],
    ['.. yesterday', null, '2026-03-29T22:00:00.000Z'],
    ['>=2026-01-31', '2026-01-30T23:00:00.000Z', null],
    ['>2026-01-31', '2026-01-31T23:00:00.000Z', null],
    ['before 2026-01-31', null, '2026-01-30T23:00:00.000Z'],
    ['2026-01-31T09:15Z', '2026-01-31T09:15:00.000Z', '2026-01-31T09:16:00.000Z'],
    ['2026-01-31 09:15', '2026-01-31T08:15:00.000Z', '2026-01-31T08:16:00.000Z'],
    ['since 3 days', '2026-03-27T11:30:00.000Z', null],
  ])('%s means what it says', (text, from, to) => {
    expect(said(text)).toEqual([from, to]);
  });

  it.each([
    'soon',
    '',
    '..',
    '2026-02-31',
    '2026-13',
    '0d',
    '99999999d',
    '10001 years',
    '>9000 years',
    '<banana',
    'last 7',
    '5 parsecs',
    '2026-02-01..2026-01-01',
    'constructor',
  ])('“%s” means nothing', (text) => {
    expect(said(text)).toBeNull();
  });

  it('is understood in every example', () => {
    for (const text of spanExamples) expect(said(text), text).not.toBeNull();
  });

  it('begins where the day begins, also where midnight is left out or comes twice', () => {
    const gap = { now: '2018-11-04T15:00:00.000Z', zone: 'America/Sao_Paulo' };
    expect(said('today', gap)?.[0]).toBe('2018-11-04T03:00:00.000Z');
    const twice = { now: '2021-10-29T15:00:00.000Z', zone: 'Asia/Amman' };
    expect(said('today', twice)?.[0]).toBe('2021-10-28T21:00:00.000Z');
  });

  it('never throws, and never ends before it begins', () => {
    const words = fc.constantFrom(
      'last',
      '7',
      'days',
      '<',
      '>',
      '..',
      'ago',
      '2026-01-31',
      'month',
      'since',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words).map((some) => some.join(' ')),
    );
    fc.assert(
      fc.property(text, (typed) => {
        const span = readSpan(typed, berlin);
        if (span?.from && span.to) expect(span.from < span.to).toBe(true);
      }),
    );
  });

  it('is read by a clock that comes back to where it was', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'America/St_Johns',
    );
    const moment = fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2035-01-01') });
    fc.assert(
      fc.property(zones, moment, (zone, ms) => {
        const shown = wallTime(ms, zone);
        expect(wallTime(instantAt(shown, zone), zone)).toBe(shown);
      }),
    );
  });
});
