/** What hosts have answered, on SQLite: one writer at a time adds to the row itself. */
import { sql } from 'kysely';
import { preparedChange } from '../prepared.ts';
import type { HostAnswers, TotalsStorage } from '../totals.ts';

const addToRow = preparedChange<HostAnswers>(({ q, engine }, slot) =>
  q
    .updateTable('hosts')
    .set({
      requests_total: sql<number>`requests_total + ${slot('requests')}`,
      last_request_at: engine.now(),
      last_good_at: engine.now(),
      updated_at: engine.now(),
      last_status: sql<number | null>`coalesce(${slot('last_status')}, last_status)`,
      budget: sql<string | null>`coalesce(${slot('budget')}, budget)`,
      latency_ms: sql<number | null>`case when latency_ms is null then ${slot('latency_first')}
        else cast(latency_ms * ${slot('latency_share')} + ${slot('latency_rest')} as int) end`,
    })
    .where('host', '=', slot('host'))
    .where('pace_ms', '=', 0)
    .where('consecutive_failures', '=', 0),
);

export const hosts: Pick<TotalsStorage, 'addToHost' | 'rollUpHost'> = {
  addToHost: async (session, answers) => (await addToRow(session, answers)) === 1,
  rollUpHost: async () => 0,
};
