/** Everything that is known of the database's health: what the engine finds, and how the processes fare with it. */
import type { Db, Session } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import {
  type Finding,
  finding,
  type Inspection,
  type InspectionOptions,
  ok,
  severities,
} from '#db/inspection.ts';
import { pendingError, pendingMigrations } from '#db/migrate/pending-migrations.ts';
import type { Instant } from '#db/schema.ts';
import type { PoolFigures } from '#db/stats.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { readNow } from '#lib/now.ts';
import type { Runtime } from '#lib/runtime.ts';
import { listWorkers } from '#lib/workers/list-workers.ts';
import { type FaultCounts, recentMinutes, type Worker } from '#lib/workers/model.ts';

export type { Fact, Finding, LeftOut, ObjectSize, Severity } from '#db/inspection.ts';

export interface ProcessFigures {
  /** `worker crawler-1 (4711)`, or `this console`. */
  readonly name: string;
  /** Null of a process that does not tell. */
  readonly pool: PoolFigures | null;
  /** In the last `recentMinutes`, of this process since it started. */
  readonly faults: Pick<FaultCounts, 'deadlocks' | 'busy' | 'connectionsLost'>;
  /** Heartbeats at which somebody waited for a connection. */
  readonly poolWaits: number;
}

export interface Examination extends Inspection {
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly database: string;
  /** By the database's clock. */
  readonly at: Instant;
  readonly processes: readonly ProcessFigures[];
}

interface ExamineOptions extends InspectionOptions {
  /** What is examined, where reading it would hold up `db` and others of the process. */
  readonly through?: Session;
  /** What the asking process is called, where its own figures are worth showing. */
  readonly self?: string;
}

/** Needs `database:examine`. Throws what the database throws when it cannot be reached. */
export async function examineDatabase(
  db: Db,
  actor: Actor,
  { through = db, self, thorough }: ExamineOptions,
): Promise<Examination> {
  requirePermission(actor, 'database:examine');
  const at = await readNow(db);
  const migrations = await migrationsOf(db);
  const inspection = await db.engine.inspect(through, { thorough });
  const processes = [
    ...(self === undefined ? [] : [ownFigures(db, self)]),
    ...(await workersOf(db)).map(figuresOfWorker),
  ];
  const findings = [migrations, ...inspection.findings, ...judgeProcesses(processes)];
  const rank = ({ severity }: Finding) => severities.indexOf(severity);
  return {
    ...inspection,
    database: db.label,
    at,
    processes,
    findings: findings.toSorted((a, b) => rank(a) - rank(b)),
  };
}

/** As the console asks: what reads a whole file goes through its reading threads, but never to a copy. */
export function examineForConsole(
  { db, reads, replica }: Pick<Runtime, 'db' | 'reads' | 'replica'>,
  actor: Actor,
): Promise<Examination> {
  const through = replica() === null ? reads : db;
  return examineDatabase(db, actor, { through, self: 'this console', thorough: false });
}

async function migrationsOf(db: Db): Promise<Finding> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return ok('migrations', 'Every migration of this version is applied.');
  const { message, remedy } = await pendingError(db, pending);
  return finding('migrations', 'fault', message, remedy);
}

/** None of a database that has no tables yet. */
async function workersOf(db: Db): Promise<Worker[]> {
  try {
    const workers = await listWorkers(db);
    return workers.filter(({ state }) => state === 'running' || state === 'draining');
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'db_schema_missing') return [];
    throw error;
  }
}

const figuresOfWorker = ({ hostName, pid, facts }: Worker): ProcessFigures => ({
  name: `worker ${hostName} (${pid})`,
  pool: facts.pool,
  faults: facts.recent,
  poolWaits: facts.recent.poolWaits,
});

function ownFigures({ stats }: Db, name: string): ProcessFigures {
  const { deadlocksRetried, busyRetried, connectionsLostRetried } = stats;
  const pool = stats.pool();
  return {
    name,
    pool,
    faults: {
      deadlocks: deadlocksRetried,
      busy: busyRetried,
      connectionsLost: connectionsLostRetried,
    },
    poolWaits: pool.waiting > 0 ? 1 : 0,
  };
}

/** A retry now and then is the ordinary course; in ten minutes this many are not. */
const manyRetries = 20;
const manyPoolWaits = 5;

export function judgeProcesses(processes: readonly ProcessFigures[]): Finding[] {
  const findings = processes.flatMap(({ name, faults, poolWaits }) => {
    const { deadlocks, busy, connectionsLost } = faults;
    const found: Finding[] = [];
    if (deadlocks + busy + connectionsLost >= manyRetries) {
      const message = `In the last ${recentMinutes} minutes ${name} ran transactions again after ${deadlocks} deadlocks, ${busy} waits for a busy database and ${connectionsLost} lost connections.`;
      const remedy =
        'See “blocking” and “deadlocks” for who stands in the way, and the network for connections that are cut.';
      found.push(finding('processes', 'warning', message, remedy));
    }
    if (poolWaits >= manyPoolWaits) {
      const message = `In the last ${recentMinutes} minutes ${name} often waited for a connection of its pool.`;
      const remedy = 'Lower its concurrency, or raise INGEST_SQLSERVER_POOL_MAX.';
      found.push(finding('processes', 'warning', message, remedy));
    }
    return found;
  });
  if (findings.length > 0) return findings;
  const message =
    processes.length === 0
      ? 'No worker is at work.'
      : `${processes.length === 1 ? '1 process' : `${processes.length} processes`} with few retries and no wait for connections.`;
  return [ok('processes', message)];
}
