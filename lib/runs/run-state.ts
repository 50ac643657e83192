/** A run in one word wherever it is shown: the name of its look, and what lists and searches say. Pure. */
import type { Run } from './model.ts';

export type RunStanding = Pick<Run, 'status' | 'pausedAt' | 'phase' | 'endReason'>;

export function stateOfRun({ status, pausedAt, phase, endReason }: RunStanding): string {
  if (status === 'running') {
    if (pausedAt !== null) return 'paused';
    return phase === 'preparing' ? 'preparing' : 'running';
  }
  return status === 'completed' && endReason === 'stopped' ? 'stopped' : status;
}
