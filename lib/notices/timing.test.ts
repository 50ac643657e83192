import { describe, expect, it } from 'vitest';
import { heldUntil, type Severity, timingFromText, timingSchema } from './timing.ts';

const everyDay = [0, 1, 2, 3, 4, 5, 6];
const held = (
  timing: object,
  now: string,
  severity: Severity = 'warning',
  next: string | null = null,
) => heldUntil(timingSchema.parse(timing), severity, now, next);

describe('when a channel is told', () => {
  it('is at once where nothing is said of it', () => {
    expect(held({}, '2026-11-30T03:00:00.000Z', 'information')).toBeNull();
  });

  it('is together, some minutes after the first that waits', () => {
    const digest = { digest: { everyMinutes: 30 } };
    expect(held(digest, '2026-11-30T03:00:00.000Z')).toBe('2026-11-30T03:30:00.000Z');
    const next = '2026-11-30T03:30:00.000Z';
    expect(held(digest, '2026-11-30T03:20:00.000Z', 'warning', next)).toBe(next);
    expect(held(digest, '2026-11-30T03:40:00.000Z', 'warning', next)).toBe(
      '2026-11-30T04:10:00.000Z',
    );
  });

  it('is at a time of day, by the clocks of its zone', () => {
    const digest = { digest: { at: '08:00' }, timeZone: 'Europe/Berlin' };
    expect(held(digest, '2026-11-30T03:00:00.000Z')).toBe('2026-11-30T07:00:00.000Z');
    expect(held(digest, '2026-11-30T07:00:00.000Z')).toBe('2026-12-01T07:00:00.000Z');
    expect(held(digest, '2026-07-01T03:00:00.000Z')).toBe('2026-07-01T06:00:00.000Z');
    // The clocks of Berlin leave out 02:30 on 2026-03-29.
    const lost = { digest: { at: '02:30' }, timeZone: 'Europe/Berlin' };
    const at = held(lost, '2026-03-29T00:00:00.000Z') ?? '';
    expect(at >= '2026-03-29T00:30:00.000Z' && at <= '2026-03-29T01:30:00.000Z').toBe(true);
  });

  it('is not within quiet hours, over midnight, of the days on which they begin', () => {
    const quiet = {
      quiet: { from: '22:00', to: '07:00', days: [1, 2, 3, 4, 5] },
      timeZone: 'UTC',
    };
    // 2026-11-30 is a Monday.
    expect(held(quiet, '2026-11-30T21:59:00.000Z')).toBeNull();
    expect(held(quiet, '2026-11-30T22:00:00.000Z')).toBe('2026-12-01T07:00:00.000Z');
    expect(held(quiet, '2026-12-01T06:59:00.000Z')).toBe('2026-12-01T07:00:00.000Z');
    expect(held(quiet, '2026-12-01T07:00:00.000Z')).toBeNull();
    // Those of Friday last into Saturday; Sunday has none, so Monday morning has none either.
    expect(held(quiet, '2026-12-05T03:00:00.000Z')).toBe('2026-12-05T07:00:00.000Z');
    expect(held(quiet, '2026-12-07T03:00:00.000Z')).toBeNull();
  });

  it('passes over whole days that follow one another', () => {
    const quiet = { quiet: { from: '00:00', to: '00:00', days: [6, 0] } };
    expect(held(quiet, '2026-12-05T03:00:00.000Z')).toBe('2026-12-07T00:00:00.000Z');
  });

  it('moves a digest out of quiet hours', () => {
    const both = {
      digest: { everyMinutes: 60 },
      quiet: { from: '22:00', to: '07:00', days: everyDay },
    };
    expect(held(both, '2026-11-30T21:30:00.000Z')).toBe('2026-12-01T07:00:00.000Z');
  });

  it('is at once for what breaks through', () => {
    const quiet = {
      quiet: { from: '22:00', to: '07:00', days: everyDay },
      digest: { at: '12:00' },
    };
    const night = '2026-11-30T23:00:00.000Z';
    expect(held(quiet, night, 'critical')).toBeNull();
    expect(held(quiet, night, 'warning')).not.toBeNull();
    expect(held({ ...quiet, breaksThrough: 'warning' }, night, 'warning')).toBeNull();
    expect(held({ ...quiet, breaksThrough: null }, night, 'critical')).not.toBeNull();
  });

  it.each([
    { timeZone: 'Mars/Olympus' },
    { digest: { everyMinutes: 0 } },
    { digest: { everyMinutes: 1.5 } },
    { digest: { at: '24:00' } },
    { digest: { at: '8:00' } },
    { quiet: { from: '22:00', to: '07:00', days: [] } },
    { quiet: { from: '22:00', to: '07:00', days: [7] } },
    { quiet: { from: '00:00', to: '00:00', days: everyDay } },
    { breaksThrough: 'panic' },
  ])('is refused: %j', (timing) => {
    expect(timingSchema.safeParse(timing).success).toBe(false);
  });

  it('is at once where what is stored cannot be read', () => {
    expect(timingFromText('{"digest":{"of":"later"}}')).toEqual(timingFromText('{}'));
    expect(timingFromText('nonsense').digest).toBeNull();
  });
});
