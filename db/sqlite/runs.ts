/** The numbers of runs, on SQLite: one writer at a time adds to the row itself. */
import { sql } from 'kysely';
import { preparedChange } from '../prepared.ts';
import { type RunNumber, runNumbers } from '../schema.ts';
import type { TotalsStorage } from '../totals.ts';

type Addition = Readonly<Record<RunNumber, number>> & {
  readonly run_id: string;
  /** 1 = in whatever state the run is. */
  readonly ended: number;
};

const addToRow = preparedChange<Addition>(({ q, engine }, slot) =>
  q
    .updateTable('ingest_runs')
    .set({
      ...Object.fromEntries(
        runNumbers.map((name) => [name, sql<number>`${sql.ref(name)} + ${slot(name)}`]),
      ),
      heartbeat_at: engine.now(),
    })
    .where('run_id', '=', slot('run_id'))
    .where(sql<boolean>`(status = 'running' or phase = 'ending' or ${slot('ended')} = 1)`),
);

const nothingAdded = Object.fromEntries(runNumbers.map((name) => [name, 0]));

export const runs: Pick<TotalsStorage, 'addToRun' | 'rollUpRun'> = {
  async addToRun(session, runId, by, evenEnded = false) {
    // Every number is a key of what was added, and 0 unless given.
    const numbers = { ...nothingAdded, ...by } as Record<RunNumber, number>;
    const changed = await addToRow(session, {
      ...numbers,
      run_id: runId,
      ended: evenEnded ? 1 : 0,
    });
    return changed === 1;
  },
  rollUpRun: async () => 0,
};
