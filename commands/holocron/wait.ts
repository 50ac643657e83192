/** Waiting until what was launched is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from '../support/program.ts';
import type { Client } from './client.ts';
import { option } from './command.ts';
import { rowOf, shown } from './print.ts';
import { flag, whole } from './values.ts';

const leastMs = 500;
const mostMs = 5_000;

export const waitOptions = {
  wait: option(null, 'wait until it is over: 3 when something failed', flag),
  timeout: option('<seconds>', 'with --wait: at most so long, then 4', whole(1, 604_800)),
};

interface Waiting {
  readonly id: string;
  readonly params: Readonly<Record<string, string>>;
  readonly timeout: number | undefined;
  /** A line about how far it is. */
  readonly words: (row: Record<string, unknown>) => string;
}

/** How far a background action is. */
export const bulkProgress: Waiting['words'] = (row) =>
  `${shown(row['status'])}: ${shown(row['changed'])} changed, ${shown(row['refused'])} left`;

/**
 * Reads it until its status is no longer `running`. Sets exit code 3 when it ended otherwise than completed or with
 * failures, and 4 when it is still running at the time-out.
 */
export async function waitForEnd(
  client: Client,
  out: Output,
  { id, params, timeout, words }: Waiting,
): Promise<Record<string, unknown>> {
  const deadline = timeout === undefined ? Number.POSITIVE_INFINITY : timeout * 1_000;
  const started = performance.now();
  let pauseMs = leastMs;
  let said = '';
  for (;;) {
    const row = rowOf(await client.ask(id, { params }));
    const line = words(row);
    if (line !== said) out.line(line);
    said = line;
    if (row['status'] !== 'running') {
      const failed = Number(row['itemsFailed'] ?? 0) > 0 || row['status'] !== 'completed';
      if (failed) process.exitCode = 3;
      return row;
    }
    const leftMs = deadline - (performance.now() - started);
    if (leftMs <= 0) {
      out.line(`It is still running after ${shown(timeout)} s, and goes on.`);
      process.exitCode = 4;
      return row;
    }
    await sleep(Math.min(pauseMs, leftMs));
    pauseMs = Math.min(mostMs, pauseMs * 1.5);
  }
}
