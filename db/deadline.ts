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
  if (millisecondsLeft() === 0) throw statementTimeout(deadlines.getStore()?.limitMs);
}

export function statementTimeout(limitMs?: number, cause?: unknown): DatabaseError {
  const limit = limitMs === undefined ? 'its time limit' : `${limitMs} ms`;
  return new DatabaseError('db_statement_timeout', `The query took longer than ${limit}.`, {
    remedy: 'Narrow the filter, or try again when the database is less busy.',
    cause,
  });
}
