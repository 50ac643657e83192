/** The figures of the deployment as metrics: read at most every ten seconds, and never waited for longer than two. */
import { Gauge, type Registry } from 'prom-client';
import type { Db } from '#db/engine.ts';
import type { DeploymentFigures } from './deployment-figures.ts';

/** Scrapes that come closer together get the same figures, ms. */
const keepMs = 10_000;
/** A scrape waits no longer for the database, ms; Prometheus itself gives up after ten seconds. */
const patienceMs = 2_000;

/** Whether the database answers; where it does not, nothing that it would have told is exported. */
const addDatabaseUp = (registry: Registry) =>
  new Gauge({
    name: 'holocron_database_up',
    help: '1 when the database answered the newest question of a scrape, else 0.',
    registers: [registry],
  });

/**
 * Adds the metrics to the registry. What is returned brings them up to date before a scrape; it never throws, and
 * takes two seconds at most.
 * @param clock monotonic, ms
 */
export function addDeploymentMetrics(
  registry: Registry,
  read: () => Promise<DeploymentFigures>,
  clock: () => number = () => performance.now(),
): () => Promise<void> {
  const up = addDatabaseUp(registry);
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `holocron_${name}`, help, labelNames, registers: [registry] });
  const items = gauge('items', 'Work items by source and status.', 'source', 'status');
  const folded = gauge(
    'sources_folded',
    'Sources beyond the first 500, whose items are counted under source="other".',
  );
  const oldest = gauge(
    'oldest_claimable_seconds',
    'How long the item that waits longest could have been claimed; 0 when none waits.',
  );
  const runs = gauge('runs', 'Runs that go on, by state.', 'state');
  const workers = gauge('workers', 'Workers by state, as their heartbeats tell.', 'state');
  const blocked = gauge(
    'hosts_blocked',
    'Hosts that are asked nothing for now; counted up to 1000.',
  );
  const fetched = gauge(
    'source_last_fetched_timestamp_seconds',
    'When something of the source was last fetched, since 1970.',
    'source',
  );
  const all = [items, folded, oldest, runs, workers, blocked, fetched];

  const show = (figures: DeploymentFigures | null) => {
    up.set(figures === null ? 0 : 1);
    for (const one of all) one.reset();
    if (figures === null) {
      for (const one of [folded, oldest, blocked]) one.remove();
      return;
    }
    for (const { source, totals } of figures.items)
      for (const [status, count] of Object.entries(totals)) items.set({ source, status }, count);
    folded.set(figures.sourcesFolded);
    oldest.set(figures.oldestClaimableMs / 1000);
    for (const [state, count] of Object.entries(figures.runs)) runs.set({ state }, count);
    for (const [state, count] of Object.entries(figures.workers)) workers.set({ state }, count);
    blocked.set(figures.hostsBlocked);
    for (const { source, atSeconds } of figures.lastFetched) fetched.set({ source }, atSeconds);
  };
  return freshEvery(read, show, clock);
}

/** For a worker: only whether the database answers, by one small statement. */
export function addDatabasePing(registry: Registry, db: () => Db | null): () => Promise<void> {
  const up = addDatabaseUp(registry);
  const ask = async () => {
    const open = db();
    if (open === null) throw new Error('not opened yet');
    await open.q.selectNoFrom(open.engine.now().as('now')).executeTakeFirst();
    return true;
  };
  return freshEvery(
    ask,
    (answer) => up.set(answer === null ? 0 : 1),
    () => performance.now(),
  );
}

/**
 * Asks when the last answer is too old, once however many ask meanwhile: a question that hangs is not asked again
 * beside itself. `show` gets null while there is no answer.
 */
function freshEvery<T>(
  read: () => Promise<T>,
  show: (answer: T | null) => void,
  clock: () => number,
): () => Promise<void> {
  let pending: Promise<void> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  const ask = async () => {
    try {
      show(await read());
    } catch {
      // The log of whoever works with the database has the reason.
      show(null);
    } finally {
      pending = null;
    }
  };
  return async () => {
    if (pending === null) {
      if (clock() - askedAt < keepMs) return;
      askedAt = clock();
      pending = ask();
    }
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<'silence'>((resolve) => {
      timer = setTimeout(resolve, patienceMs, 'silence');
    });
    const answer = await Promise.race([pending, silence]);
    clearTimeout(timer);
    if (answer === 'silence') show(null);
  };
}
