/** What the settings page shows of this deployment: connection and migrations, without secrets. */
import type { ReplicaState } from '#db/reads/replica-switch.ts';
import type { Instant } from '#db/schema.ts';
import { describeSettings } from '#db/settings/describe.ts';
import type { PoolFigures } from '#db/stats.ts';
import type { Runtime } from '#lib/runtime.ts';
import { checkHealth, type Health } from './check-health.ts';

export interface Deployment {
  readonly health: Health;
  /** Label and value, the password masked. */
  readonly connection: readonly (readonly [string, string])[];
  /** Why this engine was chosen. */
  readonly reason: string;
  /** Connections of this process; on the embedded engine, its one place to write. */
  readonly pool: PoolFigures;
  /** Null where no readable copy is configured. */
  readonly replica: ReplicaState | null;
  /** Newest first. */
  readonly migrations: readonly {
    readonly name: string;
    readonly appliedAt: Instant;
    readonly durationMs: number;
  }[];
  readonly lake: { readonly enabled: boolean; readonly baseDir: string };
  /** Private networks sources may be on. */
  readonly egressAllow: readonly string[];
  readonly userAgent: string;
}

export async function readDeployment({
  db,
  config,
  replica,
}: Pick<Runtime, 'db' | 'config' | 'replica'>): Promise<Deployment> {
  const rows = await db.q
    .selectFrom('schema_migrations')
    .select(['version', 'name', 'applied_at', 'duration_ms'])
    .orderBy('version', 'desc')
    .execute();
  return {
    health: await checkHealth(db),
    connection: describeSettings(config.database),
    reason: config.database.reason,
    pool: db.stats.pool(),
    replica: replica(),
    migrations: rows.map((row) => ({
      name: row.name.startsWith(row.version) ? row.name : `${row.version} ${row.name}`,
      appliedAt: row.applied_at,
      durationMs: row.duration_ms,
    })),
    lake: { enabled: config.lake.enabled, baseDir: config.lake.baseDir },
    egressAllow: config.egressAllow,
    userAgent: config.userAgent,
  };
}
