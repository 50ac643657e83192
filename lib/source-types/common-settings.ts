/** The settings every source type has, and schemas its types share. Names and units are the YAML's. */
import { z } from 'zod';
import { parseHttpUrl } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { FieldHint } from './source-type.ts';

/** Schema parts of CommonSettings; `rateLimitDelay` is the type's default in seconds. */
export const commonSettings = (rateLimitDelay: number) => ({
  rate_limit_delay: z
    .number('give a number of seconds')
    .min(0, 'must not be negative')
    .max(3600, 'at most 3600 seconds')
    .default(rateLimitDelay),
  timeout: z
    .number('give a number of seconds')
    .min(1, 'at least 1 second')
    .max(600, 'at most 600 seconds')
    .default(30),
  max_retries: z
    .int('give a whole number')
    .min(0, 'must not be negative')
    .max(20, 'at most 20')
    .default(3),
  user_agent: z
    .string()
    .trim()
    .min(1, 'leave it out rather than empty')
    .max(300, 'at most 300 characters')
    .regex(/^[\x20-\x7e]*$/, 'use plain ASCII characters only')
    .optional(),
});

export const commonHints = {
  rate_limit_delay: {
    label: 'Delay between requests',
    help: 'Least seconds between two requests to this source, over all workers together. 0 = no limit.',
    widget: 'seconds',
    group: 'Politeness',
  },
  timeout: {
    label: 'Time-out',
    help: 'Seconds one request may take, redirects included.',
    widget: 'seconds',
    group: 'Politeness',
  },
  max_retries: {
    label: 'Retries',
    help: 'How often a failed item is tried again after its first attempt.',
    widget: 'number',
    group: 'Politeness',
  },
  user_agent: {
    label: 'User agent',
    help: 'How the crawler names itself. Empty = the name of this deployment.',
    widget: 'text',
    group: 'Politeness',
  },
} as const satisfies Record<string, FieldHint>;

/** An absolute http or https URL without credentials. */
export const httpUrl = z
  .string('give an absolute http or https URL')
  .trim()
  .max(2000, 'at most 2000 characters')
  .superRefine((text, context) => {
    try {
      parseHttpUrl(text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.addIssue({
        code: 'custom',
        message: 'give an absolute http or https URL without credentials',
      });
    }
  });

/** How many link hops from the seeds are followed. */
export const maxDepthSetting = z
  .int('give a whole number')
  .min(0, 'must not be negative')
  .max(1000, 'at most 1000')
  .default(1);

export const maxDepthHint: FieldHint = {
  label: 'Depth',
  help: 'How many link hops from the seeds are followed; 0 = the seeds only.',
  widget: 'number',
  group: 'Discovery',
};

/** Priority of a seed's items: lower goes first. */
export const seedPriority = z
  .int('give a whole number')
  .min(0, 'must not be negative')
  .max(1_000_000, 'at most 1,000,000')
  .default(10);

export const seedPriorityHint: FieldHint = {
  label: 'Priority',
  help: 'Items with a lower number go first.',
  widget: 'number',
};
