/** A schedule: a launch request that comes due by the clock. */
import { z } from 'zod';
import type { Instant } from '#db/schema.ts';
import { nameText } from '#lib/people-text.ts';
import { type LaunchRequest, launchRequestSchema } from '#lib/runs/model.ts';
import { cronProblem } from './cron.ts';

export interface Schedule {
  readonly scheduleId: string;
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly enabled: boolean;
  /** Null when it was stored by a version that knew other requests. */
  readonly request: LaunchRequest | null;
  readonly nextAt: Instant | null;
  readonly lastAt: Instant | null;
  readonly lastRunId: string | null;
  /** `launched`, or why it was not. */
  readonly lastOutcome: string | null;
  readonly createdBy: string | null;
  readonly updatedAt: Instant;
}

export const scheduleInputSchema = z
  .strictObject({
    name: nameText({ most: 100, missing: 'Give a name.' }),
    cron: z
      .string()
      .trim()
      .min(1, 'Give a cron expression.')
      .max(100, 'Use at most 100 characters.'),
    timezone: z.string().trim().min(1, 'Give a time zone.').max(60),
    enabled: z.boolean(),
    request: launchRequestSchema,
  })
  .superRefine((input, context) => {
    const problem = cronProblem(input.cron, input.timezone);
    if (problem === null) return;
    const field = problem.includes('time zone') ? 'timezone' : 'cron';
    context.addIssue({ code: 'custom', path: [field], message: `This ${problem}.` });
  });
export type ScheduleInput = z.output<typeof scheduleInputSchema>;
