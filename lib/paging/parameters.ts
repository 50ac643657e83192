/**
 * Reading the parameters of a list's address. A parameter that is out of range is left out and
 * reported, so that a mistyped link still shows a list; unknown parameters are ignored.
 */
import { z } from 'zod';

/** A parameter that was not understood, and is ignored. */
export interface ParameterProblem {
  readonly code: 'input_invalid';
  readonly parameter: string;
  readonly message: string;
}

/** Parameters as Next and URLSearchParams give them; a repeated one counts as a comma-joined one. */
export type RawParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

type Schemas = Readonly<Record<string, z.ZodType<unknown, string>>>;
type Values<S extends Schemas> = { -readonly [K in keyof S]?: z.output<S[K]> };

/** Text of 1 to `max` characters, trimmed. */
export const textParameter = (max: number) =>
  z.string().trim().min(1).max(max, `may have at most ${max} characters`);

/** Text of 1 to `max` characters as it is: blanks at its ends count. */
export const exactTextParameter = (max: number) =>
  z.string().min(1).max(max, `may have at most ${max} characters`);

export function wholeParameter(min: number, max: number) {
  const message = `must be a whole number from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
  return z
    .string()
    .trim()
    .regex(/^\d{1,12}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message));
}

/** Ids of an existing database need not be UUIDs, but they fit their column. */
export const idParameter = z
  .string()
  .trim()
  .regex(/^[0-9A-Za-z-]{1,36}$/, 'must be an id of up to 36 letters, digits and hyphens');

export function listParameter<const T extends readonly [string, ...string[]]>(allowed: T) {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .pipe(z.array(z.enum(allowed, `must be some of ${allowed.join(', ')}`)));
}

export const choiceParameter = <const T extends readonly [string, ...string[]]>(allowed: T) =>
  z.enum(allowed, `must be one of ${allowed.join(', ')}`);

export const flagParameter = z.literal('1', 'must be 1 or absent').transform(() => true);

export const cursorParameter = z.string().min(1).max(4000, 'is too long');

const momentMessage =
  'must be a date such as 2026-01-31 or a UTC time such as 2026-01-31T09:15:00Z';

/** A day or a UTC time as an ISO instant; with `end`, the given day is included whole. */
export const momentParameter = (end: 'start' | 'end') =>
  z
    .string()
    .trim()
    .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/, momentMessage)
    .transform((value, context) => {
      const isDay = value.length === 10;
      const ms = Date.parse(isDay ? `${value}T00:00:00Z` : value);
      // Date.parse turns 31 February into March; a real day survives the round trip.
      if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(value.slice(0, 10))) {
        context.addIssue({ code: 'custom', message: momentMessage });
        return z.NEVER;
      }
      return new Date(isDay && end === 'end' ? ms + 86_400_000 : ms).toISOString();
    });

/**
 * Parses each parameter on its own. `ranges` names pairs of which the second may not be before the
 * first: such a range would show an empty list without saying why.
 */
export function readParameters<S extends Schemas>(
  schemas: S,
  raw: RawParameters,
  ranges: readonly (readonly [keyof S & string, keyof S & string])[] = [],
): { readonly values: Values<S>; readonly problems: readonly ParameterProblem[] } {
  const problems: ParameterProblem[] = [];
  const values: Values<S> = {};
  for (const [parameter, schema] of Object.entries(schemas)) {
    const given = raw[parameter];
    const value = Array.isArray(given) ? given.join(',') : given;
    if (typeof value !== 'string' || value === '') continue;
    const parsed = schema.safeParse(value);
    if (parsed.success) Object.assign(values, { [parameter]: parsed.data });
    else problems.push(problem(parameter, value, parsed.error.issues[0]?.message));
  }
  for (const [from, to] of ranges) {
    const start = values[from];
    const end = values[to];
    if (!isReversed(start, end)) continue;
    problems.push(problem(to, String(end), `is before “${from}”`));
    delete values[to];
  }
  return { values, problems };
}

function isReversed(start: unknown, end: unknown): boolean {
  if (typeof start === 'number' && typeof end === 'number') return start > end;
  return typeof start === 'string' && typeof end === 'string' && start > end;
}

function problem(parameter: string, value: string, reason = 'is not understood'): ParameterProblem {
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return {
    code: 'input_invalid',
    parameter,
    message: `“${parameter}” ${reason}; “${shown}” is ignored.`,
  };
}
