/** What every process needs, opened once: configuration, database, state store, log, HTTP client, secret box. */

import type { Db } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import { openReplica } from '#db/reads/open-replica.ts';
import type { ReplicaState } from '#db/reads/replica-switch.ts';
import type { AppConfig } from '#lib/config/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger, type Logger } from '#lib/log.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { createSecretBox, type SecretBox } from '#lib/sources/secrets.ts';

export interface Runtime {
  readonly config: AppConfig;
  readonly db: Db;
  /**
   * For lists and statistics: a readable copy where one is configured, which may lag behind and gives way
   * to `db` while it cannot be read; on the embedded engine threads that read the same file; else `db` itself.
   */
  readonly reads: Db;
  /** What is known of the copy; null where none is configured. */
  readonly replica: () => ReplicaState | null;
  readonly store: StateStore;
  readonly log: Logger;
  readonly http: HttpClient;
  readonly secretBox: SecretBox;
  close(): Promise<void>;
}

/** Opens the parts of a process. Opening the database checks its settings, not yet its tables. */
export async function openRuntime(config: AppConfig, log: Logger): Promise<Runtime> {
  const db = await openDatabase(config.database);
  const copy = await openReplica(db, config.database, (state) => logReplicaState(log, state));
  const reads = copy ?? (await openReaders(db, config.database, log));
  const http = createHttpClient({ allow: config.egressAllow, userAgent: config.userAgent });
  return {
    config,
    db,
    reads,
    replica: () => copy?.replica() ?? null,
    store: await createStateStore({ db }),
    log,
    http,
    secretBox: createSecretBox(config.secretKey),
    async close() {
      await http.close();
      if (reads !== db) await reads.close();
      await db.close();
    },
  };
}

/** On SQLite a query would hold up the process until it has its answer; on a server it waits there. */
async function openReaders(db: Db, settings: AppConfig['database'], log: Logger): Promise<Db> {
  if (settings.engine !== 'sqlite') return db;
  const { openSqliteReaders } = await import('#db/sqlite/open-readers.ts');
  return openSqliteReaders(db, settings.path, (err) =>
    log.warn({ err }, 'no reading threads: long searches hold up the console'),
  );
}

function logReplicaState(log: Logger, { inUse, reason }: ReplicaState): void {
  if (inUse) log.info('lists are read from the readable copy again');
  else
    log.warn(
      reason ?? {},
      'the readable copy cannot be read; lists are read from the database itself',
    );
}

// Next loads a module once per bundle (pages, actions, routes): only globalThis is one per process.
const memo = Symbol.for('holocron-ingest.runtime');
type Memo = typeof globalThis & { [memo]?: Promise<Runtime> };

/**
 * The process's runtime, opened at the first call from the environment and the YAML file named by
 * `INGEST_CONFIG`. A failed opening is forgotten, so that the next call tries again.
 */
export function getRuntime(): Promise<Runtime> {
  const holder: Memo = globalThis;
  holder[memo] ??= openFromEnvironment().catch((error: unknown) => {
    delete holder[memo];
    throw error;
  });
  return holder[memo];
}

async function openFromEnvironment(): Promise<Runtime> {
  const config = loadConfig({
    env: process.env,
    configFile: process.env['INGEST_CONFIG'] || undefined,
  });
  return openRuntime(config, createLogger({ level: config.logLevel, name: 'web' }));
}
