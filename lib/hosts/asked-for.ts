/** Which hosts are a person's business: those that their sources have asked. */
import type { Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';

/** All of them for a person of all sources; at most a thousand are looked at. */
export async function hostsAskedFor<T extends { readonly host: string }>(
  { q, engine }: Session,
  { limits }: Pick<Actor, 'limits'>,
  hosts: readonly T[],
): Promise<readonly T[]> {
  if (!limits?.sources || hosts.length === 0) return hosts;
  const rows = await q
    .selectFrom('source_hosts')
    .select('host')
    .distinct()
    .where('host', 'in', engine.listed(hosts.map(({ host }) => host)))
    .where('source_name', 'in', engine.listed(limits.sources))
    .execute();
  const asked = new Set(rows.map(({ host }) => host));
  return hosts.filter(({ host }) => asked.has(host));
}
