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

const addToHour = preparedChange<Pick<HostAnswers, 'host' | 'requests'>>(({ q, engine }, slot) =>
  q
    .insertInto('host_hours')
    .values({
      host: slot('host'),
      hour: engine.truncate(engine.now(), 'hour'),
      requests: slot('requests'),
      count_429: 0,
      count_5xx: 0,
      failed: 0,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['host', 'hour'])
        .doUpdateSet({ requests: sql<number>`host_hours.requests + excluded.requests` }),
    ),
);

export const hosts: Pick<TotalsStorage, 'addToHost' | 'rollUpHost'> = {
  async addToHost(session, answers) {
    if ((await addToRow(session, answers)) !== 1) return false;
    await addToHour(session, { host: answers.host, requests: answers.requests });
    return true;
  },
  rollUpHost: async () => 0,
};
