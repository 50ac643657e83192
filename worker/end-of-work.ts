/** How a command that works off what there is has ended, as its exit code and in a sentence. */
import type { Session } from '#db/engine.ts';
import { itemsLeft } from '#lib/queue/left.ts';
import type { Tally } from './in-flight.ts';

/** Items failed, of those that were worked on. */
export const itemsFailedCode = 3;
/** None failed, but some are left. */
export const itemsLeftCode = 4;

export interface EndOfWork {
  readonly code: 0 | typeof itemsFailedCode | typeof itemsLeftCode;
  /** Null = nothing is left. */
  readonly left: string | null;
}

/**
 * @param tally what this process has made of its items
 * @param isInterrupted whether it was stopped before its end
 */
export async function endOfWork(
  session: Session,
  { failed }: Pick<Tally, 'failed'>,
  isInterrupted = false,
): Promise<EndOfWork> {
  const { waiting, leased, ready } = await itemsLeft(session);
  const parts = [
    ...(waiting > 0 ? [`${waiting} wait for a retry or a later moment`] : []),
    ...(leased > 0 ? [`${leased} are in the hands of other workers`] : []),
    ...(ready ? [isInterrupted ? readyStill : readyInVain] : []),
  ];
  const left = parts.length === 0 ? null : `Items are left: ${parts.join('; ')}.`;
  return { code: failed > 0 ? itemsFailedCode : left === null ? 0 : itemsLeftCode, left };
}

const readyStill = 'some are ready, and the next run of this command goes on with them';
const readyInVain = 'some are ready, but their source, host or run does not let them go now';

/** For `--help` and docs/commands.md. */
export const endOfWorkCodes = {
  [itemsFailedCode]: 'items failed',
  [itemsLeftCode]:
    'none failed, but items are left: for a later retry, or in the hands of other workers',
} as const;
