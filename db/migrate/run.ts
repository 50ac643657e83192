/** What the runner of either engine is given. */
import type { MigrationFile } from './files.ts';

export interface MigrationRun {
  readonly files: readonly MigrationFile[];
  readonly dryRun: boolean;
  readonly waitTimeoutMs: number;
  /** Makes a database also where it would be billed (Azure SQL). */
  readonly create: boolean;
  /** Turns on row versions where the database has none. */
  readonly enableRcsi: boolean;
  readonly log: (line: string) => void;
}

export const wouldApply = (name: string) => `  - Would apply ${name}`;
export const applied = (name: string, ms: number) => `✓ ${name} (${ms} ms)`;
