/** Evaluates the alert rules beside the workers: when none is alive, nobody else would say so. */
import { evaluateEveryMs, evaluateInTurn } from '#lib/alerts/evaluate.ts';
import { watchedDisks } from '#lib/disks/disks.ts';
import { deliverNotices } from '#lib/notices/deliver.ts';
import { outgoingOf } from '#lib/notices/send.ts';
import { getRuntime } from '#lib/runtime.ts';

// Next may load this more than once.
const memo = Symbol.for('holocron-ingest.alert-clock');

export function startAlertClock(): void {
  const holder: typeof globalThis & { [memo]?: true } = globalThis;
  if (holder[memo]) return;
  holder[memo] = true;
  setInterval(() => void evaluate(), evaluateEveryMs).unref();
}

async function evaluate(): Promise<void> {
  try {
    const runtime = await getRuntime();
    await evaluateInTurn(runtime.db, watchedDisks(runtime.config));
    await deliverNotices(runtime.db, outgoingOf(runtime));
  } catch {
    // The database is away, which the runtime logs, or has no tables yet; the next turn tries again.
  }
}
