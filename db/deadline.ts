/** A statement time-out that travels with the calling code, however many queries it makes. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { DatabaseError } from './errors.ts';

interface Deadline {
  /** By the process's monotonic clock, ms. */
  readonly at: number;
  readonly limitMs: number;
}

const deadlines = new AsyncLocalStorage<Deadline>();

/** Statements run inside `fn` must together end within `ms`; an outer, earlier deadline stays. */
export function runWithDeadline<T>(ms: number, fn: () => Promise<T>): Promise<T> {
  const at = performance.now() + ms;
  const outer = deadlines.getStore();
  return deadlines.run(outer && outer.at < at ? outer : { at, limitMs: ms }, fn);
}

/** Milliseconds left (0 when it has passed); null when no deadline is set. */
export function millisecondsLeft(): number | null {
  const deadline = deadlines.getStore();
  return deadline ? Math.max(0, Math.ceil(deadline.at - performance.now())) : null;
}

/** Throws `db_statement_timeout` when the deadline has passed. */
export function checkDeadline(): void {
  if (millisecondsLeft() === 0) throw statementTimeout();
}

/**
 * The limit that ends a statement which may run for `ms`: that of the calling code, which may have used up most of it
 * on statements before, or the statement's own. To be asked when it begins.
 */
export function limitInForce(ms: number): number {
  const left = millisecondsLeft();
  const limit = deadlines.getStore()?.limitMs;
  return left !== null && limit !== undefined && left <= ms ? limit : ms;
}

/** @param limitMs as it was set, not what was left of it; absent = that of the calling code */
export function statementTimeout(
  limitMs: number | undefined = deadlines.getStore()?.limitMs,
  cause?: unknown,
): DatabaseError {
  const limit = limitMs === undefined ? 'its time limit' : inWords(limitMs);
  return new DatabaseError('db_statement_timeout', `The query took longer than ${limit}.`, {
    remedy: 'Narrow the filter, or try again when the database is less busy.',
    cause,
  });
}

const inWords = (ms: number) =>
  ms >= 1_000 ? `${Number((ms / 1_000).toFixed(1))} s` : `${Math.round(ms)} ms`;
