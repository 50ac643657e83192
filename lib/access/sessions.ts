/**
 * Sessions of people: a row each, so that ending one is a matter of this database and not of the browser that
 * holds its token. Bounds as in OWASP ASVS 5.0, 7.3: 12 hours in all, one hour without a request of the person.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { getUserRow, parseLimits, parseRole } from './user-rows.ts';

const hour = 3_600_000;
/** However much it is used, ms. */
export const sessionMs = 12 * hour;
const idleMs = hour;
/** `last_seen_at` is written at most this often, ms. */
const seenEveryMs = 60_000;
/** Sessions that are over are known so long, ms: the next sign-in of the person deletes older ones. */
const keptMs = 30 * 24 * hour;
/** Far above what a person has open; keeps the page's cost bounded. */
const mostListed = 100;
const longestAddress = 64;
const longestAgent = 200;

/** Why a session ended, when it did not end by itself. */
export type EndReason =
  | 'sign-out'
  | 'password'
  | 'role'
  | 'deactivated'
  | 'unlinked'
  | 'ended-by-owner'
  | 'ended-by-administrator';

/** Where a request came from; null = not known. */
export interface Origin {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/**
 * Begins a session and returns its token: 256 random bits, of which only the hash is stored. Whoever calls this has
 * found out that it is the person.
 */
export async function beginSession(
  tx: Session,
  userId: string,
  origin: Origin,
  options: { readonly mustChangePassword?: boolean } = {},
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const { engine } = tx;
  await tx.q
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('created_at', '<', engine.nowPlus(-keptMs))
    .execute();
  await tx.q
    .insertInto('sessions')
    .values({
      session_id: newId(),
      token_hash: sha256(token),
      user_id: userId,
      created_at: engine.now(),
      last_seen_at: engine.now(),
      expires_at: engine.nowPlus(sessionMs),
      address: origin.address?.slice(0, longestAddress) ?? null,
      user_agent: origin.userAgent?.slice(0, longestAgent) ?? null,
      must_change_password: options.mustChangePassword ? 1 : 0,
      ended_at: null,
      ended_reason: null,
    })
    .execute();
  return token;
}

export interface SessionActor extends Actor {
  readonly userId: string;
  readonly name: string;
  readonly sessionId: string;
  readonly expiresAt: Instant;
  /** Signed in with a password that somebody else chose: nothing is open but the page that changes it. */
  readonly mustChangePassword: boolean;
  /** Since the last request that was written down, ms. */
  readonly idleMs: number;
}

const openSessions = ({ q, engine }: Session) =>
  q
    .selectFrom('sessions')
    .where('sessions.ended_at', 'is', null)
    .where('sessions.expires_at', '>', engine.now())
    .where('sessions.last_seen_at', '>', engine.nowPlus(-idleMs));

/**
 * Who holds the token, with the role as it is now; null when the session is over or the account is not active. One
 * statement, made at every request.
 */
export async function actorOfSession(
  session: Session,
  token: string,
): Promise<SessionActor | null> {
  const { engine } = session;
  const row = await openSessions(session)
    .innerJoin('users', 'users.user_id', 'sessions.user_id')
    .select([
      'sessions.session_id',
      'sessions.expires_at',
      'sessions.must_change_password',
      'users.user_id',
      'users.email',
      'users.name',
      'users.role',
      'users.limits',
    ])
    .select(engine.diffMs(sql.ref('sessions.last_seen_at'), engine.now()).as('idle_ms'))
    .where('sessions.token_hash', '=', sha256(token))
    .where('users.active', '=', 1)
    .executeTakeFirst();
  if (!row) return null;
  return {
    userId: row.user_id,
    email: row.email,
    role: parseRole(row.role),
    limits: parseLimits(row.limits),
    name: row.name,
    sessionId: row.session_id,
    expiresAt: row.expires_at,
    mustChangePassword: row.must_change_password === 1,
    idleMs: Number(row.idle_ms),
  };
}

/** How somebody who signs in is known already; null = not at all. */
export type KnownBy = 'session' | 'address' | null;

/**
 * Whether the person was signed in lately with the token this browser still has, or from this address: somebody who
 * guesses elsewhere must not keep them out here.
 */
export async function knownBy(
  session: Session,
  userId: string,
  { address }: Origin,
  heldToken: string | null,
): Promise<KnownBy> {
  const held = heldToken === null ? '' : sha256(heldToken);
  const query = session.q
    .selectFrom('sessions')
    .select((eb) =>
      eb.fn.max(eb.case().when('token_hash', '=', held).then(1).else(0).end()).as('is_held'),
    )
    .where('user_id', '=', userId)
    .where('created_at', '>', session.engine.nowPlus(-keptMs))
    .where((eb) => eb.or([eb('address', '=', address ?? ''), eb('token_hash', '=', held)]));
  const row = await query.executeTakeFirst();
  if (row?.is_held === null || row === undefined) return null;
  return Number(row.is_held) === 1 ? 'session' : 'address';
}

/** Writes that the person was there, at most once a minute. */
export async function rememberActivity(
  session: Session,
  { sessionId, idleMs: idle }: Pick<SessionActor, 'sessionId' | 'idleMs'>,
): Promise<void> {
  if (idle < seenEveryMs) return;
  await session.q
    .updateTable('sessions')
    .set({ last_seen_at: session.engine.now() })
    .where('session_id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Ends what the person has open, on all their devices; how many that were. */
export async function endSessionsOf(
  tx: Session,
  userId: string,
  reason: EndReason,
): Promise<number> {
  const { numUpdatedRows } = await tx.q
    .updateTable('sessions')
    .set({ ended_at: tx.engine.now(), ended_reason: reason })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** Ends the session of a token, and records it; nothing for one that is over or that nobody was given. */
export async function signOut(db: Db, token: string, address: string | null): Promise<void> {
  const actor = await actorOfSession(db, token);
  if (actor === null) return;
  await db.transaction(async (tx) => {
    await tx.q
      .updateTable('sessions')
      .set({ ended_at: tx.engine.now(), ended_reason: 'sign-out' satisfies EndReason })
      .where('session_id', '=', actor.sessionId)
      .where('ended_at', 'is', null)
      .execute();
    await recordAudit(
      tx,
      { ...actor, address },
      {
        action: 'user.sign-out',
        targetType: 'user',
        targetId: actor.userId,
        summary: `${actor.email} signed out`,
      },
    );
  });
}

export interface OpenSession {
  readonly sessionId: string;
  readonly createdAt: Instant;
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** What the person has open, newest first, 100 at most. */
export async function listOwnSessions(session: Session, userId: string): Promise<OpenSession[]> {
  const query = openSessions(session)
    .select(['session_id', 'created_at', 'last_seen_at', 'expires_at', 'address', 'user_agent'])
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('session_id', 'desc');
  const rows = await session.engine.take(query, mostListed).execute();
  return rows.map((row) => ({
    sessionId: row.session_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    address: row.address,
    userAgent: row.user_agent,
  }));
}

/** Ends one session of the actor's own. Throws `not_found` for one that is over or another's. */
export async function endOwnSession(db: Db, actor: Actor, sessionId: string): Promise<void> {
  const { userId } = signedIn(actor);
  await db.transaction(async (tx) => {
    const { numUpdatedRows } = await tx.q
      .updateTable('sessions')
      .set({ ended_at: tx.engine.now(), ended_reason: 'ended-by-owner' satisfies EndReason })
      .where('session_id', '=', sessionId)
      .where('user_id', '=', userId)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    if (Number(numUpdatedRows) === 0) {
      throw new AppError('not_found', 'This session is over already.');
    }
    await recordAudit(tx, actor, {
      action: 'user.end-session',
      targetType: 'user',
      targetId: userId,
      summary: `${actor.email} ended one of their sessions`,
      after: { sessionId },
    });
  });
}

/** Ends all sessions of a person: one's own, or with `users:manage` another's. How many that were. */
export async function endAllSessions(db: Db, actor: Actor, userId: string): Promise<number> {
  const isOwn = signedIn(actor).userId === userId;
  if (!isOwn) requirePermission(actor, 'users:manage');
  return db.transaction(async (tx) => {
    const { email } = await getUserRow(tx, userId);
    const reason = isOwn ? 'ended-by-owner' : 'ended-by-administrator';
    const ended = await endSessionsOf(tx, userId, reason);
    await recordAudit(tx, actor, {
      action: 'user.end-sessions',
      targetType: 'user',
      targetId: userId,
      summary: `Ended all sessions of ${email}`,
      after: { ended },
    });
    return ended;
  });
}

function signedIn(actor: Actor): { readonly userId: string } {
  if (actor.userId === null) throw new AppError('not_signed_in', 'Nobody is signed in.');
  return { userId: actor.userId };
}
