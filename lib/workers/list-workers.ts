/** The workers of the deployment, newest first. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { LowDisk } from '#lib/disks/low-disk.ts';
import { lostAfterMs, parseWorkerFacts, type Worker, workerState } from './model.ts';

/** Far above any fleet this is made for; keeps the page's cost bounded. */
const mostListed = 200;

/** Those alive first, then those that ended or were lost, each newest first; 200 at most. */
export async function listWorkers(session: Session): Promise<Worker[]> {
  const { engine } = session;
  const query = session.q
    .selectFrom('workers')
    .selectAll()
    .select(engine.diffMs(sql.ref('heartbeat_at'), engine.now()).as('silent_ms'))
    .orderBy('heartbeat_at', 'desc')
    .orderBy('worker_id', 'desc');
  const rows = await engine.take(query, mostListed).execute();
  const workers = rows.map((row): Worker => {
    const presence = {
      stoppedAt: row.stopped_at,
      draining: row.draining === 1,
      silentMs: Math.max(0, Number(row.silent_ms)),
    };
    return {
      workerId: row.worker_id,
      hostName: row.host_name,
      pid: row.pid,
      version: row.version,
      concurrency: row.concurrency,
      startedAt: row.started_at,
      heartbeatAt: row.heartbeat_at,
      stoppedAt: row.stopped_at,
      state: workerState(presence),
      silentMs: presence.silentMs,
      inFlight: row.in_flight,
      itemsCompleted: row.items_completed,
      itemsFailed: row.items_failed,
      facts: parseWorkerFacts(row.facts),
    };
  });
  const alive = (worker: Worker) => worker.state === 'running' || worker.state === 'draining';
  return [...workers.filter(alive), ...workers.filter((worker) => !alive(worker))];
}

export interface Crew {
  readonly alive: number;
  /** Set when every one of them waits for room on a disk. */
  readonly lowDisk: LowDisk | null;
}

/** The workers that are alive, and whether any of them begins new work. */
export async function readCrew(session: Session): Promise<Crew> {
  const query = session.q
    .selectFrom('workers')
    .select('facts')
    .where('stopped_at', 'is', null)
    .where('heartbeat_at', '>=', session.engine.nowPlus(-lostAfterMs));
  const rows = await session.engine.take(query, mostListed).execute();
  const waiting = rows.flatMap(({ facts }) => parseWorkerFacts(facts).lowDisk ?? []);
  const [first] = waiting;
  return {
    alive: rows.length,
    lowDisk: first !== undefined && waiting.length === rows.length ? first : null,
  };
}

/** How many workers are alive, by their heartbeats. */
export async function countLiveWorkers(session: Session): Promise<number> {
  const row = await session.q
    .selectFrom('workers')
    .select((eb) => eb.fn.countAll().as('live'))
    .where('stopped_at', 'is', null)
    .where('heartbeat_at', '>=', session.engine.nowPlus(-lostAfterMs))
    .executeTakeFirst();
  return Number(row?.live ?? 0);
}
