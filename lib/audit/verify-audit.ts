/** Walks the chain of the audit log and says what is not as it was written. */
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { contentHash, genesisHash, linkHash } from './chain.ts';
import { readChainState, verifyAction, verifyTarget } from './chain-state.ts';
import { recordAudit } from './record-audit.ts';

export type AuditFaultKind =
  /** It says something else than when it was written. */
  | 'entry_changed'
  /** A link stands for an entry that is not there. */
  | 'entry_missing'
  /** Links are missing between two others. */
  | 'links_missing'
  /** A link is not what follows from its entry and the link before. */
  | 'link_changed'
  /** No link stands for an entry, and none is about to. */
  | 'entry_unlinked'
  /** A hash that was known before is not that of the link. */
  | 'known_differs';

export interface AuditFault {
  readonly kind: AuditFaultKind;
  /** Of the link; null where there is none. */
  readonly position: number | null;
  readonly auditId: string | null;
  /** One sentence. */
  readonly message: string;
}

export interface AuditVerification {
  /** The links that were looked at; null = there is none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly checked: number;
  /** Of the last link: noted elsewhere, it proves later that nothing before it was changed. */
  readonly head: { readonly position: number; readonly hash: string };
  /** Retention took the entries up to here, by policy; 0 = none. */
  readonly purgedTo: number;
  readonly unsealed: number;
  readonly unsealedSince: Instant | null;
  readonly faultCount: number;
  /** The first twenty, in the order of the chain. */
  readonly faults: readonly AuditFault[];
}

export interface VerifyOptions {
  /** Looks at so many of the newest links only; default all. */
  readonly newest?: number;
  /** A position and the hash that it had when somebody noted it. */
  readonly known?: { readonly position: number; readonly hash: string };
}

const portion = 500;
const mostFaults = 20;

/** Reads as little at a time as a page does; entries and links that come meanwhile are looked at as well. */
export async function verifyAudit(
  session: Session,
  { newest, known }: VerifyOptions = {},
): Promise<AuditVerification> {
  const found = new Findings();
  const state = await readChainState(session);
  const from = newest === undefined ? 0 : Math.max(0, state.head.position - newest);
  let at = await beginning(session, from);
  const first = at.position + 1;
  let checked = 0;
  let since: Instant | null = null;
  for (;;) {
    const rows = await readPortion(session, at.position);
    for (const row of rows) {
      if (row.position !== at.position + 1) {
        // What retention took while this was under way is not missing.
        const again = await beginning(session, at.position);
        if (again.position >= row.position) {
          at = again;
          continue;
        }
        if (row.position === again.position + 1) at = again;
        else {
          found.gap(again.position + 1, row.position - 1);
          at = { position: row.position - 1, hash: row.previous_hash };
        }
      }
      since ??= row.link_at;
      at = judge(row, at, found);
      if (known?.position === row.position && known.hash !== row.hash) found.differs(known);
      checked += 1;
    }
    if (rows.length < portion) break;
  }
  if (known && known.position > at.position) found.differs(known);
  const younger = newest === undefined ? null : since;
  for (const auditId of await unlinkedEntries(session, younger)) found.unlinked(auditId);
  const { unsealed, unsealedSince, purgedTo } = state;
  return {
    first: checked === 0 ? null : first,
    last: checked === 0 ? null : at.position,
    checked,
    head: at,
    purgedTo,
    unsealed,
    unsealedSince,
    faultCount: found.count,
    faults: found.faults,
  };
}

/** Verifies the newest links and records what came of it: the page's button. Needs `database:examine`. */
export async function verifyNewest(db: Db, actor: Actor): Promise<AuditVerification> {
  requirePermission(actor, 'database:examine');
  return verifyAndRecord(db, actor, { newest: 20_000 });
}

/** The outcome is an entry of the log itself, which the page shows. */
export async function verifyAndRecord(
  db: Db,
  actor: Actor,
  options: VerifyOptions,
): Promise<AuditVerification> {
  const verification = await verifyAudit(db, options);
  const { faults, ...figures } = verification;
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: verifyAction,
      ...verifyTarget,
      summary: summaryOf(verification),
      after: { ...figures, firstFault: faults[0] ?? null },
    }),
  );
  return verification;
}

/** One sentence for a person. */
function summaryOf({ first, last, faultCount, faults }: AuditVerification): string {
  const links = first === null ? 'no link is there yet' : `links ${first} to ${last}`;
  const [fault] = faults;
  if (!fault) return `Verified the audit log: ${links}, all as they were written`;
  return `Verified the audit log, ${links}: ${faultCount} ${faultCount === 1 ? 'fault' : 'faults'}. ${fault.message}`;
}

/** What the first link from a position on must follow. */
async function beginning({ q, engine }: Session, from: number) {
  const anchor = await engine
    .take(q.selectFrom('audit_anchors').select(['position', 'hash']).orderBy('position', 'desc'), 1)
    .executeTakeFirst();
  if (anchor && Number(anchor.position) >= from)
    return { position: Number(anchor.position), hash: anchor.hash };
  if (from === 0) return { position: 0, hash: genesisHash };
  const link = await q
    .selectFrom('audit_chain')
    .select('hash')
    .where('position', '=', from)
    .executeTakeFirst();
  // A link that is missing there is found by the hash of the next one.
  return { position: from, hash: link?.hash ?? '' };
}

type Row = Awaited<ReturnType<typeof readPortion>>[number];

async function readPortion({ q, engine }: Session, after: number) {
  const query = q
    .selectFrom('audit_chain as c')
    .leftJoin('audit_log as a', 'a.audit_id', 'c.audit_id')
    .select(['c.position', 'c.audit_id', 'c.at as link_at', 'c.previous_hash', 'c.hash'])
    .select(['a.audit_id as entry_id', 'a.at', 'a.actor_id', 'a.actor_email', 'a.address'])
    .select(['a.action', 'a.target_type', 'a.target_id', 'a.summary'])
    .select(['a.before_state', 'a.after_state', 'a.content_hash'])
    .where('c.position', '>', after)
    .orderBy('c.position');
  const rows = await engine.take(query, portion).execute();
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/** Judges a link by the one before it; returns what the next one follows. */
function judge(row: Row, before: { readonly hash: string }, found: Findings) {
  const { position, hash } = row;
  const entry = { position, auditId: row.audit_id };
  if (before.hash !== row.previous_hash) found.add('link_changed', entry);
  if (row.entry_id === null) {
    found.add('entry_missing', entry);
    return { position, hash };
  }
  const content = contentHash(row.audit_id, {
    actor_id: row.actor_id,
    actor_email: row.actor_email ?? '',
    address: row.address,
    action: row.action ?? '',
    target_type: row.target_type ?? '',
    target_id: row.target_id,
    summary: row.summary ?? '',
    before_state: row.before_state,
    after_state: row.after_state,
  });
  const link = { position, previousHash: row.previous_hash };
  const expected = linkHash(link, {
    auditId: row.audit_id,
    at: row.link_at,
    contentHash: row.content_hash ?? '',
  });
  if (content !== row.content_hash || row.at !== row.link_at) found.add('entry_changed', entry);
  else if (expected !== hash) found.add('link_changed', entry);
  return { position, hash };
}

/** Entries beside the chain: written by another way, or taken out of what waits to be sealed. A few are enough. */
async function unlinkedEntries({ q, engine }: Session, since: Instant | null): Promise<string[]> {
  const all = q.selectFrom('audit_log as a').select('a.audit_id');
  const looked = since === null ? all : all.where('a.at', '>=', engine.instantParam(since));
  const query = looked
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('audit_chain as c')
            .select('c.position')
            .whereRef('c.audit_id', '=', 'a.audit_id'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('audit_unsealed as u')
            .select('u.entry_no')
            .whereRef('u.audit_id', '=', 'a.audit_id'),
        ),
      ),
    )
    .orderBy('a.at')
    .orderBy('a.audit_id');
  return (await engine.take(query, mostFaults).execute()).map((row) => row.audit_id);
}

const words: Readonly<Record<'entry_changed' | 'entry_missing' | 'link_changed', string>> = {
  entry_changed: 'says something else than when it was written',
  entry_missing: 'is missing',
  link_changed: 'has another link than follows from it and the one before',
};

class Findings {
  count = 0;
  readonly faults: AuditFault[] = [];

  add(
    kind: keyof typeof words,
    { position, auditId }: { readonly position: number; readonly auditId: string },
  ): void {
    this.#keep({
      kind,
      position,
      auditId,
      message: `Entry ${position} (${auditId}) ${words[kind]}.`,
    });
  }

  gap(from: number, to: number): void {
    const which = from === to ? `Link ${from} is` : `Links ${from} to ${to} are`;
    this.#keep({
      kind: 'links_missing',
      position: from,
      auditId: null,
      message: `${which} missing.`,
    });
  }

  unlinked(auditId: string): void {
    const message = `Entry ${auditId} has no link, and none is about to come.`;
    this.#keep({ kind: 'entry_unlinked', position: null, auditId, message });
  }

  differs({ position, hash }: { readonly position: number; readonly hash: string }): void {
    const message = `Link ${position} does not have the hash ${hash} that was noted.`;
    this.#keep({ kind: 'known_differs', position, auditId: null, message });
  }

  #keep(fault: AuditFault): void {
    this.count += 1;
    if (this.faults.length < mostFaults) this.faults.push(fault);
  }
}
