/**
 * The dedupe key `{source_system}:{source_name}:{resource_type}:{resource_id}` and the limits of the
 * columns behind it. Both databases compare keys exactly (case, accents, width); what they would
 * merge or cut without a word is refused here instead.
 */

import { hostOf } from '#lib/egress/url.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import type { NewWorkItem } from './model.ts';

/** NVARCHAR(850): 1,700 bytes, the most SQL Server takes in a nonclustered index key. */
const maxDedupeKeyLength = 850;

/** Column lengths in UTF-16 code units, as NVARCHAR counts them (and `String.length`). */
export const columnLengths = {
  sourceSystem: 100,
  sourceName: 100,
  resourceType: 100,
  resourceId: 500,
  requestUri: 2000,
  requestMethod: 10,
  runId: 36,
  discoveredFrom: 36,
} as const;

/** NVARCHAR(300) of the hosts. */
const longestHost = 300;

export interface ResourceIdentity {
  readonly sourceSystem: string;
  readonly sourceName: string;
  readonly resourceType: string;
  readonly resourceId: string;
}

/** Made once: this is asked for every item that is put into the queue. */
const limitedFields = Object.keys(columnLengths) as readonly (keyof typeof columnLengths)[];
const keyParts = ['sourceSystem', 'sourceName', 'resourceType'] as const;
const maxInt = 2_147_483_647;
const controlCharacters = /\p{Cc}/u;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Joins the key; says nothing about whether it fits. */
export function dedupeKeyOf(identity: ResourceIdentity): string {
  const { sourceSystem, sourceName, resourceType, resourceId } = identity;
  return `${sourceSystem}:${sourceName}:${resourceType}:${resourceId}`;
}

/**
 * Checks what a producer gave and returns its dedupe key.
 * @throws AppError `dedupe_key_too_long`, `field_too_long`, `resource_id_invalid` or `input_invalid`,
 *   each naming the field; values are never cut.
 */
export function checkNewWorkItem(item: NewWorkItem): string {
  const key = dedupeKeyOf(item);
  if (key.length > maxDedupeKeyLength) {
    throw new AppError(
      'dedupe_key_too_long',
      `The dedupe key has ${key.length} characters; ${maxDedupeKeyLength} are possible.`,
      { fields: { resourceId: `The key starts ${JSON.stringify(key.slice(0, 80))}.` } },
    );
  }
  for (const field of limitedFields) checkLength(field, item[field]);
  for (const field of keyParts) checkKeyPart(field, item[field]);
  // Records keep it as UNIQUEIDENTIFIER on SQL Server. Run ids may be an older system's, of any form.
  if (item.workItemId !== undefined && !isUuid(item.workItemId))
    refuse('workItemId', 'is not a UUID');
  checkResourceId(item.resourceId);
  if (item.requestUri === '') refuse('requestUri', 'is empty');
  // Shorter addresses have no longer host.
  if (item.requestUri.length > longestHost) checkHost(item.requestUri);
  if (item.requestMethod === '') refuse('requestMethod', 'is empty');
  checkInteger('priority', item.priority, -maxInt);
  checkInteger('depth', item.depth, 0);
  checkInstant('availableAt', item.availableAt);
  checkInstant('changedAt', item.changedAt);
  return key;
}

/** The dedupe key, or null for an item that `checkNewWorkItem` refuses. */
export function keyIfFit(item: NewWorkItem): string | null {
  try {
    return checkNewWorkItem(item);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function checkLength(field: keyof typeof columnLengths, value: string | null | undefined): void {
  const most = columnLengths[field];
  if (typeof value === 'string' && value.length > most) {
    throw new AppError(
      'field_too_long',
      `${field} has ${value.length} characters; ${most} are possible.`,
      { fields: { [field]: `At most ${most} characters.` } },
    );
  }
}

function checkKeyPart(field: (typeof keyParts)[number], value: string): void {
  if (value === '') refuse(field, 'is empty');
  // A colon here would let two different identities share one key: `a` + `b:c` and `a:b` + `c`.
  if (value.includes(':')) refuse(field, 'contains a colon, which separates the parts of the key');
  const fault = textFault(value);
  if (fault) refuse(field, fault);
}

function checkResourceId(value: string): void {
  const fault = value === '' ? 'is empty' : textFault(value);
  if (!fault) return;
  throw new AppError('resource_id_invalid', `The resource id ${shown(value)} ${fault}.`, {
    fields: { resourceId: `The resource id ${fault}.` },
  });
}

/**
 * Blanks at the end are ignored by SQL Server's comparison whatever the collation, and SQLite stores
 * lone surrogates as U+FFFD: both would merge two ids into one.
 */
function textFault(value: string): string | null {
  if (value.trim() !== value) return 'has leading or trailing blanks';
  if (controlCharacters.test(value)) return 'contains control characters';
  if (!value.isWellFormed()) return 'is not well-formed Unicode';
  return null;
}

function checkHost(requestUri: string): void {
  const length = hostOf(requestUri)?.length ?? 0;
  if (length <= longestHost) return;
  throw new AppError(
    'field_too_long',
    `The host of requestUri has ${length} characters; ${longestHost} are possible.`,
    { fields: { requestUri: `Its host has at most ${longestHost} characters.` } },
  );
}

/** A moment that there is: of the right form, and in the calendar. */
function checkInstant(field: string, value: string | undefined): void {
  if (value === undefined) return;
  const time = instantPattern.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString() !== value) {
    refuse(field, 'is not a time of the form 2026-01-31T09:15:00.123Z');
  }
}

function checkInteger(field: string, value: number | undefined, least: number): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < least || value > maxInt) {
    refuse(field, `is not a whole number from ${least} to ${maxInt}`);
  }
}

function refuse(field: string, fault: string): never {
  throw new AppError('input_invalid', `${field} ${fault}.`, {
    fields: { [field]: `It ${fault}.` },
  });
}

const shown = (value: string) =>
  JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
