/**
 * Keeping the totals of many changes at once. The triggers take two statements for each item and total, a
 * fifth of what a claim and a completion cost; here each total is one statement, however many items move.
 */
import { CompiledQuery } from 'kysely';
import type { Session } from '../engine.ts';
import { send } from '../prepared.ts';
import type { StatusMove, TotalsStorage } from '../totals.ts';

/** Below this the triggers cost less than to set them aside. */
const fewest = 8;

/** See `TotalsStorage.countTogether`. */
export const countTogether: TotalsStorage['countTogether'] = async (session, expected, change) => {
  if (session.direct === undefined || expected < fewest) return (await change()).result;
  await send(session, setAside);
  try {
    const { result, moves } = await change();
    for (const [key, difference] of sumsOf(moves)) await addTo(session, key, difference);
    return result;
  } finally {
    // Also when the change failed: somebody may catch that and commit.
    await send(session, putBack);
  }
};

const setAside = CompiledQuery.raw('insert into counted_together (switch_id) values (1)');
const putBack = CompiledQuery.raw('delete from counted_together');

/** Source system, source name and status; or host and status. */
type Key = readonly [string, string, string] | readonly [string, string];

function sumsOf(moves: readonly StatusMove[]): Iterable<readonly [Key, number]> {
  const sums = new Map<string, readonly [Key, number]>();
  const add = (key: Key, difference: number) => {
    const name = JSON.stringify(key);
    sums.set(name, [key, (sums.get(name)?.[1] ?? 0) + difference]);
  };
  for (const { count, move } of stretchesOf(moves)) {
    const { item, from, to } = move;
    for (const [status, difference] of [
      [from, -count],
      [to, count],
    ] as const) {
      if (status === null) continue;
      add([item.source_system, item.source_name, status], difference);
      add([item.host ?? '', status], difference);
    }
  }
  return sums.values();
}

/** Moves of one batch are mostly alike. */
function* stretchesOf(moves: readonly StatusMove[]) {
  let count = 0;
  let last: StatusMove | undefined;
  for (const move of moves) {
    if (last !== undefined && !isAlike(last, move)) {
      yield { move: last, count };
      count = 0;
    }
    last = move;
    count += 1;
  }
  if (last !== undefined) yield { move: last, count };
}

const isAlike = (a: StatusMove, b: StatusMove): boolean =>
  a.from === b.from &&
  a.to === b.to &&
  a.item.host === b.item.host &&
  a.item.source_name === b.item.source_name &&
  a.item.source_system === b.item.source_system;

/** As the triggers do: a total that is not there is not made by what leaves it. */
async function addTo(session: Session, key: Key, difference: number): Promise<void> {
  const texts = key.length === 3 ? ofSources : ofHosts;
  const text = difference < 0 ? texts.less : texts.more;
  await send(session, CompiledQuery.raw(text, [difference, ...key]));
}

const textsOf = (table: string, columns: readonly string[]) => ({
  less: `update ${table} set item_count = item_count + ? where ${columns.map((name) => `${name} = ?`).join(' and ')}`,
  more: `insert into ${table} (item_count, ${columns.join(', ')}) values (?, ${columns.map(() => '?').join(', ')})
on conflict (${columns.join(', ')}) do update set item_count = item_count + excluded.item_count`,
});
const ofSources = textsOf('source_totals', ['source_system', 'source_name', 'status']);
const ofHosts = textsOf('host_totals', ['host', 'status']);
