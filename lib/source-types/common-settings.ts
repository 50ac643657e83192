/** The settings every source type has, and schemas its types share. Names and units are the YAML's. */
import { z } from 'zod';
import { parseHttpUrl } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isSecretParameter } from '#lib/redact-secrets.ts';
import type { FieldHint } from './source-type.ts';

/** A whole number within bounds, both inclusive. */
export const wholeNumber = (least: number, most: number) =>
  z
    .int('give a whole number')
    .min(least, least === 0 ? 'must not be negative' : `at least ${least}`)
    .max(most, `at most ${most.toLocaleString('en')}`);

/** Hints of one group of the form, in the order they are drawn. */
export const grouped = <Field extends string>(
  group: string,
  hints: Readonly<Record<Field, Omit<FieldHint, 'group'>>>,
): Record<Field, FieldHint> =>
  // The keys are those of `hints`; Object.entries loses that.
  Object.fromEntries(
    Object.entries<Omit<FieldHint, 'group'>>(hints).map(([field, hint]) => [
      field,
      { ...hint, group },
    ]),
  ) as Record<Field, FieldHint>;

/** Whether versions that look wrong are held until somebody decides: by every rule about content, or by none. */
export const holdChoices = ['always', 'never'] as const;

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
  max_retries: wholeNumber(0, 20).default(3),
  user_agent: z
    .string()
    .trim()
    .min(1, 'leave it out rather than empty')
    .max(300, 'at most 300 characters')
    .regex(/^[\x20-\x7e]*$/, 'use plain ASCII characters only')
    .optional(),
  hold_suspicious: z.enum(holdChoices, 'use always or never, or leave it out').optional(),
});

export const commonHints = {
  ...grouped('Politeness', {
    rate_limit_delay: {
      label: 'Delay between requests',
      help: 'Least seconds between two requests to this source, over all workers together. 0 = no limit.',
      widget: 'seconds',
    },
    timeout: {
      label: 'Time-out',
      help: 'Seconds one request may take, redirects included.',
      widget: 'seconds',
    },
    max_retries: {
      label: 'Retries',
      help: 'How often a failed item is tried again after its first attempt.',
      widget: 'number',
    },
    user_agent: {
      label: 'User agent',
      help: 'How the crawler names itself. Empty = the name of this deployment.',
      widget: 'text',
    },
  }),
  ...grouped('Quarantine', {
    hold_suspicious: {
      label: 'Hold suspicious content',
      help: 'Whether new versions that look wrong wait for a decision before they are current. Not set = as each alert rule says; always = by every rule about content; never = by none.',
      widget: 'select',
    },
  }),
};

/** Of types that have secrets: until when these hold, for whoever is to be told before. Requests do not depend on it. */
export const secretSettings = {
  secrets_valid_until: z.iso.date('give a day such as 2027-03-31').optional(),
};

export const secretHints = grouped('How long its secrets hold', {
  secrets_valid_until: {
    label: 'Secrets valid until',
    help: 'The last day (UTC) on which its key, token or password is good, of several the first to end. An alert says so a week before. Empty = not known, or for ever.',
    widget: 'date',
    placeholder: '2027-03-31',
  },
});

/** An absolute http or https URL without credentials. */
export const httpUrl = z
  .string('give an absolute http or https URL')
  .trim()
  .max(2000, 'at most 2000 characters')
  .superRefine((text, context) => {
    try {
      const { searchParams } = parseHttpUrl(text);
      const key = [...searchParams.keys()].find(isSecretParameter);
      if (key !== undefined) {
        const message = `holds a secret (${key.slice(0, 50)}); it belongs among the secrets of the source`;
        context.addIssue({ code: 'custom', message });
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.addIssue({
        code: 'custom',
        message: 'give an absolute http or https URL without credentials',
      });
    }
  });

/** How many link hops from the seeds are followed. */
export const maxDepthSetting = wholeNumber(0, 1000).default(1);

export const maxDepthHint: FieldHint = {
  label: 'Depth',
  help: 'How many link hops from the seeds are followed; 0 = the seeds only.',
  widget: 'number',
};

/** The switch of a type's discovery. */
export const discoveryHint = (what: string, help: string): FieldHint => ({
  label: `Discover further ${what}`,
  help,
  widget: 'switch',
});

/** Whom a site can reach; part of the user agent. */
export const contactHint = (help: string): FieldHint => ({
  label: 'Contact',
  help,
  widget: 'email',
  placeholder: 'operator@example.org',
});

/** Priority of a seed's items: lower goes first. */
export const seedPriority = wholeNumber(0, 1_000_000).default(10);

export const seedPriorityHint: FieldHint = {
  label: 'Priority',
  help: 'Items with a lower number go first.',
  widget: 'number',
};
