/** The run a run retries, and the runs that retry it. */
import type { Session } from '#db/engine.ts';
import { getRun } from './get-run.ts';
import type { Run } from './model.ts';
import { runFromRow } from './rows.ts';

export interface RelatedRuns {
  readonly parent: Run | null;
  /** Newest first, at most 20. */
  readonly children: readonly Run[];
}

const mostChildren = 20;

export async function listRelatedRuns(session: Session, run: Run): Promise<RelatedRuns> {
  const query = session.q
    .selectFrom('ingest_runs')
    .selectAll()
    .where('parent_run_id', '=', run.runId)
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc');
  const [parent, children] = await Promise.all([
    run.parentRunId === null ? null : getRun(session, run.parentRunId),
    session.engine.take(query, mostChildren).execute(),
  ]);
  return { parent, children: children.map(runFromRow) };
}
