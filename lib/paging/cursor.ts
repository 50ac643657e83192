/**
 * Keyset cursors as they travel in a URL: base64url of `[sort, direction, way, value, id]` and a
 * checksum. A cursor only names a row that its reader has seen, so the checksum
 * needs no key: it is there to notice a damaged or edited link instead of showing a wrong page.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';
import { type SortDirection, sortDirections } from './sort-direction.ts';

export interface Cursor {
  readonly sort: string;
  readonly direction: SortDirection;
  /** `after` the position in list order (next page), or `before` it (previous page). */
  readonly way: 'after' | 'before';
  /** The sort column of the position as text, null where the column was null. */
  readonly value: string | null;
  /** Tie-breaker: the id of the row at the position. */
  readonly id: string;
}

const maxCursorLength = 4000;
const checksumLength = 12;

const cursorSchema = z.tuple([
  z.string().max(40),
  z.enum(sortDirections),
  z.enum(['after', 'before']),
  z.string().max(2000).nullable(),
  // An id, or the name of a host.
  z.string().regex(/^[\x21-\x7e]{1,300}$/),
]);

const checksum = (body: string) =>
  createHash('sha256').update(`cursor:${body}`).digest('base64url').slice(0, checksumLength);

export function encodeCursor(cursor: Cursor): string {
  const { sort, direction, way, value, id } = cursor;
  const body = Buffer.from(JSON.stringify([sort, direction, way, value, id])).toString('base64url');
  return `${body}.${checksum(body)}`;
}

/**
 * Reads a cursor back. Throws AppError `cursor_invalid` when it was altered, cut off, or belongs to
 * another order than `sort` and `direction`.
 */
export function decodeCursor(
  text: string,
  order: { sort: string; direction: SortDirection },
): Cursor {
  const [body, sum, ...rest] = text.length <= maxCursorLength ? text.split('.') : [];
  if (!body || sum !== checksum(body) || rest.length > 0) {
    throw new AppError(
      'cursor_invalid',
      'The page position in the address was altered or cut off.',
    );
  }
  const parsed = cursorSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new AppError('cursor_invalid', 'The page position in the address cannot be read.');
  }
  const [sort, direction, way, value, id] = parsed.data;
  if (sort !== order.sort || direction !== order.direction) {
    throw new AppError(
      'cursor_invalid',
      'The page position in the address belongs to another sort order.',
    );
  }
  return { sort, direction, way, value, id };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
