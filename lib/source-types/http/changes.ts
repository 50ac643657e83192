/** The group `changes` of the settings: asking only for what has changed since the last run that succeeded. */
import { z } from 'zod';
import { hasMember } from '#lib/json.ts';
import { grouped, wholeNumber } from '../common-settings.ts';
import type { FieldHint, Launch } from '../source-type.ts';
import { type RequestParts, withParameter } from './request-parts.ts';

const formats = ['iso', 'date', 'epoch_s', 'epoch_ms'] as const;

export const changesSettings = z
  .strictObject({
    parameter: z
      .string('give a name as text')
      .regex(/^[^\s=&#]{1,100}$/, 'give the name of a parameter')
      .optional(),
    format: z.enum(formats).default('iso'),
    put_in: z.enum(['address', 'body']).default('address'),
    overlap: wholeNumber(0, 90 * 86_400).default(300),
  })
  .prefault({});
export type ChangesRules = z.infer<typeof changesSettings>;

export const changesHints: Readonly<Record<string, FieldHint>> = grouped('Changes', {
  'changes.parameter': {
    label: 'Changed since',
    help: 'What takes the moment from which changes are asked for, such as updated_since. Each run from the seeds then asks anew, the first one for everything, later ones from the beginning of the last run in which nothing of the source failed.',
    widget: 'text',
    placeholder: 'updated_since',
  },
  'changes.format': {
    label: 'As',
    help: 'iso: 2026-01-31T09:15:07.123Z. date: 2026-01-31. epoch_s, epoch_ms: seconds or milliseconds since 1970. UTC.',
    widget: 'select',
  },
  'changes.put_in': {
    label: 'Changed since in',
    help: 'address: its query. body: what is sent by POST.',
    widget: 'select',
  },
  'changes.overlap': {
    label: 'Overlap',
    help: 'Seconds before that moment that are asked for again, for changes that showed late and clocks that differ.',
    widget: 'seconds',
  },
});

/** The request of a launch; as it is where everything is asked for. */
export function sinceLastRun(
  parts: RequestParts,
  { parameter, put_in: place, format, overlap }: ChangesRules,
  { changesFrom }: Launch,
): RequestParts {
  if (parameter === undefined || changesFrom === null) return parts;
  const moment = Date.parse(changesFrom) - overlap * 1000;
  const isNumber = format === 'epoch_s' || format === 'epoch_ms';
  return withParameter(parts, parameter, { text: written(moment, format), isNumber }, place);
}

function written(moment: number, format: ChangesRules['format']): string {
  switch (format) {
    case 'iso':
      return new Date(moment).toISOString();
    case 'date':
      return new Date(moment).toISOString().slice(0, 10);
    case 'epoch_s':
      return String(Math.floor(moment / 1000));
    case 'epoch_ms':
      return String(moment);
  }
}

const ofLaunch = z.object({ launched_at: z.iso.datetime() });

/** When the run was launched that asked for a list of changes; null for what is none. */
export function launchOf(metadata: unknown): string | null {
  if (!hasMember(metadata, 'launched_at')) return null;
  return ofLaunch.safeParse(metadata).data?.launched_at ?? null;
}
