/** Appends links for entries that have none yet: a duty of the workers, so that no change waits for a chain. */
import { rowsAtOnce } from '#db/chunks.ts';
import type { Db, Session } from '#db/engine.ts';
import { type ChainLink, genesisHash, nextLink } from './chain.ts';

/** Entries of one transaction. */
const portion = 256;

/** What a worker asks for at every beat: whether an entry waits. */
export const entriesToSeal = ({ q }: Session) => q.selectFrom('audit_unsealed').select('entry_no');

/**
 * Seals what is committed; returns how many entries that were. Two at a time meet at the key of the chain, and one of
 * them begins anew. It reads no content: what an entry says is covered by the hash that came with it.
 */
export async function sealAudit(db: Db): Promise<number> {
  let sealed = 0;
  for (;;) {
    const count = await db.transaction(sealPortion);
    sealed += count;
    if (count < portion) return sealed;
  }
}

async function sealPortion(tx: Session): Promise<number> {
  const { q, engine } = tx;
  const waiting = await engine
    .take(
      q
        .selectFrom('audit_unsealed as waiting')
        .leftJoin('audit_log as entry', 'entry.audit_id', 'waiting.audit_id')
        .select(['waiting.entry_no', 'waiting.audit_id', 'entry.at', 'entry.content_hash'])
        .orderBy('waiting.entry_no'),
      portion,
    )
    .execute();
  const last = waiting.at(-1);
  if (last === undefined) return 0;
  const ids = waiting.map((row) => row.audit_id);
  let head: Pick<ChainLink, 'position' | 'hash'> = await readHead(tx);
  const links = waiting.flatMap(({ audit_id, at, content_hash: contentHash }) => {
    // Deleted by whoever may do anything: there is nothing to stand for.
    if (at === null || contentHash === null) return [];
    const link = nextLink(head, { auditId: audit_id, at, contentHash });
    head = link;
    return [
      {
        position: link.position,
        audit_id,
        at: engine.instantParam(at),
        previous_hash: link.previousHash,
        hash: link.hash,
      },
    ];
  });
  // Those that were read, and none that came in between.
  await q
    .deleteFrom('audit_unsealed')
    .where('entry_no', '<=', last.entry_no)
    .where('audit_id', 'in', engine.listed(ids))
    .execute();
  for (const some of rowsAtOnce(links)) await q.insertInto('audit_chain').values(some).execute();
  return waiting.length;
}

/** The newest link, or what stands for it: an anchor is older than every link that is left. */
export async function readHead({
  q,
  engine,
}: Session): Promise<Pick<ChainLink, 'position' | 'hash'>> {
  const newest = (table: 'audit_chain' | 'audit_anchors') =>
    engine.take(q.selectFrom(table).select(['position', 'hash']).orderBy('position', 'desc'), 1);
  const heads = await q
    .selectFrom(newest('audit_chain').as('link'))
    .selectAll()
    .unionAll(q.selectFrom(newest('audit_anchors').as('anchor')).selectAll())
    .execute();
  const [head] = heads.toSorted((a, b) => Number(b.position) - Number(a.position));
  return head ?? { position: 0, hash: genesisHash };
}
