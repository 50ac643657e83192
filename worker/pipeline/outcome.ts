/** What a source type answered, checked before it is believed: types of others are code that nobody here has read. */
import { databaseErrorCodes } from '#db/errors.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { appErrorRemedies } from '#lib/errors/codes.ts';
import type { FetchOutcome } from '#lib/source-types/source-type.ts';

type Shape = readonly (readonly [member: string, fits: (value: unknown) => boolean])[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown) => typeof value === 'string';
const orNull = (check: (value: unknown) => boolean) => (value: unknown) =>
  value === null || check(value);
const isCode = (value: unknown) =>
  typeof value === 'string' &&
  (Object.hasOwn(appErrorRemedies, value) || databaseErrorCodes.some((code) => code === value));

const shapes: Readonly<Record<FetchOutcome['kind'], Shape>> = {
  fetched: [
    ['facts', isObject],
    ['payload', (value) => value !== undefined],
    ['text', orNull(isText)],
    ['contentType', isText],
    ['projection', (value) => value !== undefined],
    ['validators', isObject],
    [
      'received',
      (value) => value === undefined || (isObject(value) && value['body'] instanceof Uint8Array),
    ],
  ],
  unchanged: [
    ['facts', isObject],
    ['validators', isObject],
  ],
  alias: [
    ['facts', isObject],
    ['canonical', orNull(isObject)],
  ],
  error: [
    ['facts', orNull(isObject)],
    ['code', isCode],
    ['message', isText],
  ],
};

/** @throws AppError `source_type_faulty` */
export function soundOutcome(answered: unknown): FetchOutcome {
  const kind = isObject(answered) ? answered['kind'] : undefined;
  if (!isObject(answered) || typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) {
    throw faulty('something that is no outcome');
  }
  // The line above shows that it is one of the kinds.
  const shape = shapes[kind as FetchOutcome['kind']];
  for (const [member, fits] of shape) {
    if (!fits(answered[member])) {
      throw faulty(`an outcome "${kind}" without a proper ${member}`);
    }
  }
  // What the parts hold is the type's own affair; this much is what is relied on.
  return answered as FetchOutcome;
}

export const faulty = (what: string): AppError =>
  new AppError('source_type_faulty', `The source type answered ${what}.`);
