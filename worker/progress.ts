/** How far the command is: a bar on a terminal, a line now and then elsewhere. On standard error. */
import type { Tally } from './in-flight.ts';

interface Progress {
  readonly tally: Pick<Tally, 'completed' | 'failed' | 'skipped'>;
  /** Items that wait, as counted last. */
  readonly pending: number;
  /** This invocation's bound; null = none. */
  readonly maxItems: number | null;
  readonly elapsedMs: number;
}

const barWidth = 24;

/** `[██████······] 12/50 · 2.1/s · 1 failed` */
export function progressBar(progress: Progress): string {
  const { processed, expected } = extent(progress);
  const share = expected === 0 ? 1 : processed / expected;
  const full = Math.round(share * barWidth);
  const bar = '█'.repeat(full) + '·'.repeat(barWidth - full);
  return `[${bar}] ${processed}/${expected} · ${rate(processed, progress.elapsedMs)}/s${failures(progress)}`;
}

/** `12 of 50 processed, 1 failed` */
export function progressLine(progress: Progress): string {
  const { processed, expected } = extent(progress);
  return `${processed} of ${expected} processed${failures(progress)}`;
}

function extent({ tally, pending, maxItems }: Progress) {
  const processed = tally.completed + tally.failed + tally.skipped;
  const expected = Math.min(processed + pending, maxItems ?? Number.POSITIVE_INFINITY);
  return { processed, expected: Math.max(expected, processed) };
}

function rate(processed: number, elapsedMs: number): string {
  return elapsedMs <= 0 ? '0.0' : (processed / (elapsedMs / 1000)).toFixed(1);
}

function failures({ tally }: Progress): string {
  return tally.failed > 0 ? `, ${tally.failed} failed` : '';
}

interface ProgressDisplay {
  stop(): void;
}

/** Shows what `read` says: every quarter second on a terminal, else a line every five seconds. */
export function showProgress(
  read: () => Promise<Progress>,
  stream: NodeJS.WriteStream = process.stderr,
): ProgressDisplay {
  let stopped = false;
  const draw = async () => {
    const progress = await read().catch(() => null);
    if (stopped || !progress) return;
    if (stream.isTTY) stream.write(`\r\u001b[K${progressBar(progress)}`);
    else stream.write(`${progressLine(progress)}\n`);
  };
  const timer = setInterval(() => void draw(), stream.isTTY ? 250 : 5_000);
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
