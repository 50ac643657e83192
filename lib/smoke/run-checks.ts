/** The smoke test's four checks on an open database, with a result for each, for the console. */
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { type PublicError, toPublicError } from '#lib/errors/app-error.ts';
import { checkConnection, checkDedupe, checkSchema, checkWriteAndRead } from './checks.ts';

export interface SmokeResult {
  readonly name: string;
  /** `skipped`: one before it failed. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was done, step by step. */
  readonly steps: readonly string[];
  readonly durationMs: number;
  readonly error: PublicError | null;
}

type OnStep = (line: string) => void;

/**
 * Runs the checks in order and stops at the first that fails; leaves no trace in the database. Needs
 * `settings:manage`. Other failures than a missing permission are results.
 */
export async function runSmokeChecks(db: Db, actor: Actor): Promise<SmokeResult[]> {
  requirePermission(actor, 'settings:manage');
  const checks: readonly {
    readonly name: string;
    readonly run: (onStep: OnStep) => Promise<void>;
  }[] = [
    { name: 'Connection', run: () => checkConnection(db) },
    { name: 'Schema and migrations', run: () => checkSchema(db) },
    { name: 'Write and read', run: (onStep) => checkWriteAndRead(db, onStep) },
    { name: 'Deduplication', run: (onStep) => checkDedupe(db, onStep) },
  ];
  const results: SmokeResult[] = [];
  for (const { name, run } of checks) {
    const steps: string[] = [];
    if (results.some(({ outcome }) => outcome !== 'passed')) {
      results.push({ name, outcome: 'skipped', steps, durationMs: 0, error: null });
      continue;
    }
    const start = performance.now();
    const error = await failureOf(() => run((line) => steps.push(line)));
    const durationMs = Math.round(performance.now() - start);
    results.push({ name, outcome: error ? 'failed' : 'passed', steps, durationMs, error });
  }
  return results;
}

async function failureOf(run: () => Promise<void>): Promise<PublicError | null> {
  try {
    await run();
    return null;
  } catch (error) {
    return toPublicError(error);
  }
}
