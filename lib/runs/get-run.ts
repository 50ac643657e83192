import { validate as isUuid } from 'uuid';
import type { Session } from '#db/engine.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { Run } from './model.ts';
import { type RunRow, runFromRow } from './rows.ts';

/** The run, or null when there is none of this id. */
export async function getRun(s: Session, runId: string): Promise<Run | null> {
  const row = await readRunRow(s, runId);
  return row ? runFromRow(row) : null;
}

/** @throws AppError `not_found` */
export async function requireRunRow(s: Session, runId: string): Promise<RunRow> {
  const row = await readRunRow(s, runId);
  if (!row) throw new AppError('not_found', `There is no run ${runId}.`);
  return row;
}

async function readRunRow(s: Session, runId: string): Promise<RunRow | undefined> {
  // The column is UNIQUEIDENTIFIER on SQL Server: other text would be a conversion error there.
  if (!isUuid(runId)) return undefined;
  return s.q.selectFrom('ingest_runs').selectAll().where('run_id', '=', runId).executeTakeFirst();
}
