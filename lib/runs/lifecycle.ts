/**
 * The life of a run: status, phase, pause and end reason, and which step may follow which.
 *
 *     running  preparing → ready → (ended)
 *     ended    ending, while items are queued or in progress → ready
 *
 * A run may end in any phase before the last; paused or not makes no difference to that.
 */
import type { RunStatus } from '#db/schema.ts';

/** `preparing`: items are being put in; `ending`: the queue of an ended run is being emptied. */
export const runPhases = ['preparing', 'ready', 'ending'] as const;
export type RunPhase = (typeof runPhases)[number];

/** `budget`: of items. */
export const endReasons = [
  'finished',
  'stopped',
  'cancelled',
  'budget',
  'request_budget',
  'time_budget',
  'error',
] as const;
export type EndReason = (typeof endReasons)[number];

export interface RunLife {
  readonly status: RunStatus;
  readonly phase: RunPhase;
  readonly isPaused: boolean;
  /** Null while it runs, and for runs of an older system. */
  readonly endReason: EndReason | null;
}

export const runSteps = ['prepared', 'paused', 'resumed', 'emptied'] as const;
export type RunStep = (typeof runSteps)[number];

/** The life after a step; null where the step may not follow, or would change nothing. */
export function afterStep(life: RunLife, step: RunStep): RunLife | null {
  const isRunning = life.status === 'running';
  switch (step) {
    case 'prepared':
      return isRunning && life.phase === 'preparing' ? { ...life, phase: 'ready' } : null;
    case 'paused':
      return isRunning && !life.isPaused ? { ...life, isPaused: true } : null;
    case 'resumed':
      return isRunning && life.isPaused ? { ...life, isPaused: false } : null;
    case 'emptied':
      return !isRunning && life.phase === 'ending' ? { ...life, phase: 'ready' } : null;
  }
}

/**
 * The life after the run's end; null where it may not end so: it has ended before, or it counts as done while
 * items are still to come.
 * @param isOpen whether items of it are pending or in progress
 */
export function afterEnd(life: RunLife, reason: EndReason, isOpen: boolean): RunLife | null {
  if (life.status !== 'running') return null;
  const isDone = reason === 'finished' || reason === 'budget';
  if (isDone && (isOpen || life.phase !== 'ready')) return null;
  return {
    status: statusAfter[reason],
    phase: isOpen ? 'ending' : 'ready',
    isPaused: false,
    endReason: reason,
  };
}

const statusAfter: Readonly<Record<EndReason, RunStatus>> = {
  finished: 'completed',
  stopped: 'completed',
  cancelled: 'cancelled',
  budget: 'completed',
  request_budget: 'completed',
  time_budget: 'completed',
  error: 'failed',
};
