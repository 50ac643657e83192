/** What hosts have answered, on SQL Server: appended, so that nobody waits for the row of a host, and rolled up behind. */
import { sql } from 'kysely';
import type { Session } from '../engine.ts';
import type { TotalsStorage } from '../totals.ts';
import { longText } from './request.ts';
import { rollUpChunk } from './roll-up.ts';

const addToHost: TotalsStorage['addToHost'] = async ({ q, engine }, answers) => {
  const { host, requests, last_status: status, budget } = answers;
  const result = await sql`
    insert into ${engine.table('host_deltas')} (host, [at], requests, last_status, budget, latency_first, latency_share, latency_rest)
    select host, sysutcdatetime(), ${requests}, ${status}, ${budget}, ${answers.latency_first},
      cast(${answers.latency_share} as float), cast(${answers.latency_rest} as float)
    from ${engine.table('hosts')} where host = ${host} and pace_ms = 0 and consecutive_failures = 0`.execute(
    q,
  );
  return Number(result.numAffectedRows ?? 0) === 1;
};

export const hosts: Pick<TotalsStorage, 'addToHost' | 'rollUpHost'> = { addToHost, rollUpHost };

/** Locks the host's row first: two that roll up the same host add each delta once. */
export async function rollUpHost({ q, engine }: Session, host: string): Promise<number> {
  await q.updateTable('hosts').set({ updated_at: engine.now() }).where('host', '=', host).execute();
  const deltas = await engine
    .take(q.selectFrom('host_deltas').selectAll().where('host', '=', host), rollUpChunk)
    .orderBy('delta_id')
    .execute();
  if (deltas.length === 0) return 0;
  const known = await q
    .selectFrom('hosts')
    .select('latency_ms')
    .where('host', '=', host)
    .executeTakeFirst();
  let latency = known?.latency_ms ?? null;
  for (const { latency_first: first, latency_share: share, latency_rest: rest } of deltas) {
    latency = latency === null ? first : Math.floor(latency * share + rest);
  }
  const last = <K extends 'last_status' | 'budget'>(name: K) =>
    deltas.findLast((delta) => delta[name] !== null)?.[name] ?? null;
  const [status, budget] = [last('last_status'), last('budget')];
  const at = deltas.at(-1)?.at;
  await q
    .updateTable('hosts')
    .set({
      requests_total: sql<number>`requests_total + ${deltas.reduce((sum, { requests }) => sum + requests, 0)}`,
      ...(at === undefined
        ? {}
        : { last_request_at: engine.instantParam(at), last_good_at: engine.instantParam(at) }),
      ...(status === null ? {} : { last_status: status }),
      ...(budget === null ? {} : { budget }),
      latency_ms: latency,
    })
    .where('host', '=', host)
    .execute();
  const ids = longText(JSON.stringify(deltas.map((delta) => Number(delta.delta_id))));
  await sql`
    delete from ${engine.table('host_deltas')}
    where host = ${host} and delta_id in (select cast([value] as bigint) from openjson(${ids}))`.execute(
    q,
  );
  await addToHours({ q, engine }, host, deltas);
  return deltas.length;
}

/** What was appended, by the hours in which it was; the host's row is locked. */
async function addToHours(
  { q, engine }: Pick<Session, 'q' | 'engine'>,
  host: string,
  deltas: readonly { readonly at: string; readonly requests: number }[],
): Promise<void> {
  const byHour = Map.groupBy(deltas, ({ at }) => `${at.slice(0, 13)}:00:00.000Z`);
  for (const [at, some] of byHour) {
    const requests = some.reduce((sum, one) => sum + one.requests, 0);
    const hour = engine.instantParam(at);
    const result = await q
      .updateTable('host_hours')
      .set({ requests: sql<number>`requests + ${requests}` })
      .where('host', '=', host)
      .where('hour', '=', hour)
      .executeTakeFirst();
    if (Number(result.numUpdatedRows) > 0) continue;
    await q
      .insertInto('host_hours')
      .values({ host, hour, requests, count_429: 0, count_5xx: 0, failed: 0 })
      .execute();
  }
}
