/** What a test starts with Node: a command from this run's bundle, or another script as it is. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

export interface Program {
  readonly file: string;
  /** For its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * `commands/x.ts` is run from the bundle where that has it: starting from sources costs a second of a processor.
 * Another path below the root, or an absolute one, is run from its sources.
 */
export function programOf(script: string): Program {
  const { bin, compiled } = inject('bundle');
  const bundled = path.join(bin, `${path.basename(script, '.ts')}.mjs`);
  if (path.dirname(script) === 'commands' && existsSync(bundled)) {
    return { file: bundled, env: { NODE_COMPILE_CACHE: compiled } };
  }
  return { file: path.resolve(root, script), env: {} };
}
