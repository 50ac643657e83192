/** What every process needs, opened once: configuration, database, state store, log, HTTP client, secret box. */

import type { Db } from '#db/engine.ts';
import { openWithReads } from '#db/open.ts';
import type { ReplicaState } from '#db/reads/replica-switch.ts';
import type { ProcessRole } from '#db/settings/model.ts';
import type { AppConfig } from '#lib/config/model.ts';
import { createHttpClient } from '#lib/egress/create-http-client.ts';
import type { HttpClient } from '#lib/egress/http-client.ts';
import { loadConfig } from '#lib/load-config.ts';
import { createLogger, type Logger } from '#lib/log.ts';
import { createStateStore } from '#lib/queue/create-state-store.ts';
import type { StateStore } from '#lib/queue/state-store.ts';
import { referenceReader } from '#lib/sources/secret-references.ts';
import { createSecretBox, type SecretBox } from '#lib/sources/secrets.ts';

export interface Runtime {
  readonly config: AppConfig;
  readonly db: Db;
  /** For lists and statistics; it may lag behind `db` and gives way to it. */
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
export async function openRuntime(
  config: AppConfig,
  log: Logger,
  role: ProcessRole = 'command',
): Promise<Runtime> {
  const { database } = config;
  const settings = database.engine === 'sqlserver' ? { ...database, role } : database;
  const { db, reads, replica, close } = await openWithReads(settings, {
    onAway: (err) => {
      if (err) log.error({ err }, 'the database cannot be reached; trying again until it can');
      else log.info('the database can be reached again');
    },
    onReplica: (state) => logReplicaState(log, state),
    onNoReaders: (err) =>
      log.warn({ err }, 'no reading threads: long searches hold up the console'),
  });
  const http = createHttpClient({
    allow: config.egressAllow,
    plainHttpHosts: config.plainHttpHosts,
    userAgent: config.userAgent,
  });
  return {
    config,
    db,
    reads,
    replica,
    store: await createStateStore({ db }),
    log,
    http,
    secretBox: secretBoxOf(config),
    async close() {
      await http.close();
      await close();
    },
  };
}

/** Seals under the current key of the ring, and opens with all of them. */
export const secretBoxOf = ({ keys, secretsDirectory }: AppConfig): SecretBox =>
  createSecretBox([keys.current, ...keys.older], referenceReader(process.env, secretsDirectory));

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
 * `INGEST_CONFIG`. A failed opening is not kept, so that the next call tries again.
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
  const config = loadConfig();
  const log = createLogger({ level: config.logLevel, name: 'web' });
  for (const note of config.notes) log.warn(note);
  return openRuntime(config, log, 'console');
}
