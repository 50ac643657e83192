/**
 * The queue against a model of it: random histories of several actors, with time, crashes and plain
 * SQL in them. `INGEST_MODEL_OPERATIONS` asks for more operations than the ordinary 10,000.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { registerWorker } from '#lib/workers/presence.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { emptyDatabase, givenSource, useStore } from '../queue-database.ts';
import { live } from './history.ts';
import { turn } from './operation.ts';
import type { Connection } from './perform.ts';
import {
  minutesToMs,
  registeredActors,
  runIds,
  runNames,
  smallRunItems,
  sourceNames,
  sources,
} from './world.ts';

const asked = Number(process.env['INGEST_MODEL_OPERATIONS'] ?? 0);
/** Over a network an operation takes milliseconds; a history must stay well below five minutes. */
const amounts = {
  sqlite: { operations: Math.max(asked, 10_000), turns: 60 },
  sqlserver: { operations: Math.max(asked / 10, 400), turns: 25 },
};

async function givenWorld({ db }: Connection): Promise<void> {
  for (const name of sourceNames) {
    if (name === 'strange') continue;
    const { delay, maxAttempts } = sources[name];
    await givenSource(db, { name, maxAttempts, rateDelayMs: minutesToMs(delay) });
  }
  const now = db.engine.now();
  for (const workerId of registeredActors) {
    await registerWorker(db, { workerId, hostName: 'a', pid: 1, version: '1', concurrency: 1 });
  }
  for (const name of runNames) {
    await db.q
      .insertInto('ingest_runs')
      .values({
        run_id: runIds[name],
        started_at: now,
        status: 'running',
        max_items: name === 'run-small' ? smallRunItems : null,
      })
      .execute();
  }
}

describe.each(contractEngines())('random histories on $name', (engine) => {
  const given = useStore(engine);

  test(
    'the queue does what the model says, whoever does what, and whenever',
    async () => {
      const { operations, turns } = amounts[engine.name];
      const other = await given.another();
      let lived = 0;
      const history = fc.array(turn, { minLength: turns, maxLength: turns, size: 'max' });
      await fc.assert(
        fc.asyncProperty(history, async (drawn) => {
          await emptyDatabase(given.db);
          await givenWorld(given);
          lived += await live([given, other], drawn);
        }),
        // Some operations find nothing to be about, and are not counted.
        { numRuns: Math.ceil((operations * 1.4) / turns) },
      );
      expect(lived).toBeGreaterThanOrEqual(operations);
    },
    Math.max(300_000, asked * 20),
  );
});
