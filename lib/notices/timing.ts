/** When a channel is told: at once, together at certain times, and not while people sleep. Pure. */
import { Cron } from 'croner';
import { z } from 'zod';
import type { Instant } from '#db/schema.ts';
import { isTimeZone } from '#lib/filters/zones.ts';
import { objectFromText } from '#lib/json.ts';

export const severities = ['information', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Give a time of day such as 07:30.');
const days = z
  .array(z.number().int().min(0).max(6))
  .min(1, 'Choose at least one day.')
  .max(7, 'A week has seven days.');

export const timingSchema = z
  .strictObject({
    /** Of the times below. */
    timeZone: z
      .string()
      .trim()
      .max(60)
      .refine(isTimeZone, 'Give a time zone such as UTC or Europe/Berlin.')
      .default('UTC'),
    /** Told together; null = each by itself. */
    digest: z
      .union([
        z.null(),
        z.strictObject({ everyMinutes: z.number().int().min(1).max(10_080) }),
        z.strictObject({ at: clock }),
      ])
      .default(null),
    /** Held until the end of these hours; `days` are those on which they begin, 0 = Sunday. Ends alike = the whole day. */
    quiet: z.union([z.null(), z.strictObject({ from: clock, to: clock, days })]).default(null),
    /** From which severity on a notice waits for neither; null = none does. */
    breaksThrough: z.enum(severities).nullable().default('critical'),
  })
  .superRefine(({ quiet }, context) => {
    if (quiet && quiet.from === quiet.to && new Set(quiet.days).size === 7) {
      const message = 'Nothing would ever be told: leave an hour, or a day.';
      context.addIssue({ code: 'custom', path: ['quiet'], message });
    }
  });
export type ChannelTiming = z.output<typeof timingSchema>;

const atOnce: ChannelTiming = timingSchema.parse({});

/** What a later version stored, and this one cannot read, is told at once. */
export function timingFromText(text: string): ChannelTiming {
  const timing = timingSchema.safeParse(objectFromText(text) ?? {});
  return timing.success ? timing.data : atOnce;
}

/**
 * Until when a notice is held; null = it is told at once, by itself.
 * @param next when what is held already is told; null = nothing is
 */
export function heldUntil(
  timing: ChannelTiming,
  severity: Severity,
  now: Instant,
  next: Instant | null,
): Instant | null {
  const { digest, quiet, breaksThrough, timeZone } = timing;
  const rank = (one: Severity) => severities.indexOf(one);
  if (breaksThrough !== null && rank(severity) >= rank(breaksThrough)) return null;
  const from = new Date(now);
  const due =
    digest === null
      ? from
      : 'at' in digest
        ? nextAt(digest.at, timeZone, from)
        : next !== null && next > now
          ? new Date(next)
          : new Date(from.getTime() + digest.everyMinutes * 60_000);
  const until = quiet === null ? due : afterQuiet(quiet, timeZone, due);
  return until.getTime() === from.getTime() ? null : until.toISOString();
}

type Quiet = NonNullable<ChannelTiming['quiet']>;

function afterQuiet(quiet: Quiet, timeZone: string, at: Date): Date {
  let end = at;
  // Whole days may follow one another, six of them at most.
  for (let day = 0; day < 8 && isQuiet(quiet, timeZone, end); day += 1) {
    end = nextAt(quiet.to, timeZone, end);
  }
  return end;
}

function isQuiet({ from, to, days }: Quiet, timeZone: string, at: Date): boolean {
  const { day, time } = localTime(at, timeZone);
  const began = (ago: number) => days.includes((day + 7 - ago) % 7);
  if (from < to) return began(0) && from <= time && time < to;
  return (began(0) && from <= time) || (began(1) && time < to);
}

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localTime(at: Date, timeZone: string): { readonly day: number; readonly time: string } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: dayNames.indexOf(parts.get('weekday') ?? ''),
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
}

/** The next time that clocks of the zone show it; where they leave it out, the moment they do. */
function nextAt(time: string, timeZone: string, from: Date): Date {
  const [hour = '0', minute = '0'] = time.split(':');
  const cron = new Cron(`${Number(minute)} ${Number(hour)} * * *`, {
    timezone: timeZone,
    paused: true,
  });
  // A time of day comes every day.
  return cron.nextRun(from) ?? from;
}
