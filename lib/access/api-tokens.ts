/**
 * API tokens: what a program shows instead of a sign-in. It acts for its owner with the role that they have at that
 * moment, within the permissions and sources that the token was made for.
 */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { type Actor, may, type Permission, permissions } from '#lib/actor/model.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import { sha256 } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { newId } from '#lib/ids.ts';
import { nameText } from '#lib/people-text.ts';
import { parseLimits, parseRole } from './user-rows.ts';

const day = 24 * 3_600_000;
/** Found by scanners of leaked secrets, and by people who wonder what this is. */
const start = 'hlc_';
/** 256 random bits in base64url behind the beginning. */
const tokenForm = /^hlc_[\w-]{43}$/;
/** 36 of the 256 bits: enough to tell two tokens apart, nothing to guess the rest by. */
const shownLength = start.length + 6;
/** Last use is written at most this often, ms. */
const usedEveryMs = 60_000;
/** Over, they are known so long, ms: the next token of the person deletes older ones. */
const keptMs = 90 * day;
/** Far above what a person needs; keeps lists bounded. */
const mostOpen = 50;
const mostListed = 500;

export const newTokenSchema = z.strictObject({
  name: nameText({ most: 50, missing: 'Give a name.' }).refine(
    (name) => !/[()]/.test(name),
    'Leave out brackets.',
  ),
  permissions: z
    .array(z.enum(permissions))
    .min(1, 'Choose at least one permission.')
    .transform((chosen) => permissions.filter((one) => chosen.includes(one))),
  /** Names of sources; null = all, those to come included. */
  sources: z
    .array(z.string().min(1).max(200))
    .min(1, 'Choose at least one source.')
    .max(200)
    .nullable(),
  /** Of validity, from now. */
  days: z.int().min(1, 'Use at least one day.').max(366, 'Use at most 366 days.'),
});

export interface ApiToken {
  readonly tokenId: string;
  readonly prefix: string;
  readonly name: string;
  readonly ownerId: string;
  readonly ownerEmail: string;
  readonly permissions: readonly Permission[];
  readonly sources: readonly string[] | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly lastUsedAt: Instant | null;
  readonly lastUsedAddress: string | null;
}

/** A program that showed its token. */
export interface TokenActor extends Actor {
  readonly userId: string;
  readonly token: NonNullable<Actor['token']>;
}

const storedPermissions = z
  .array(z.string())
  // One of another version is none.
  .transform((names) => permissions.filter((one) => names.includes(one)));
const storedSources = z.array(z.string());

const scopeOf = (row: { readonly permissions: string; readonly sources: string | null }) => ({
  permissions: storedPermissions.parse(JSON.parse(row.permissions)),
  sources: row.sources === null ? null : storedSources.parse(JSON.parse(row.sources)),
});

const openTokens = ({ q, engine }: Session) =>
  q
    .selectFrom('api_tokens')
    .where('api_tokens.revoked_at', 'is', null)
    .where('api_tokens.expires_at', '>', engine.now());

/**
 * Makes a token of the actor's own and returns it: only its hash is stored, so it is shown this once. Throws
 * `forbidden` for a permission that the actor does not have, and for a token that would make another;
 * `input_invalid` for the name of one that is open.
 */
export async function createApiToken(
  db: Db,
  actor: Actor,
  input: z.output<typeof newTokenSchema>,
): Promise<{ readonly tokenId: string; readonly token: string }> {
  const userId = ownerOf(actor);
  for (const permission of input.permissions) requirePermission(actor, permission);
  const token = start + randomBytes(32).toString('base64url');
  const tokenId = newId();
  await db.transaction(async (tx) => {
    const { engine } = tx;
    // Locks the owner: of two tokens made at the same time the second sees the first.
    await tx.q
      .updateTable('users')
      .set({ updated_at: engine.now() })
      .where('user_id', '=', userId)
      .execute();
    await tx.q
      .deleteFrom('api_tokens')
      .where('user_id', '=', userId)
      .where((or) =>
        or.or([
          or('expires_at', '<', engine.nowPlus(-keptMs)),
          or('revoked_at', '<', engine.nowPlus(-keptMs)),
        ]),
      )
      .execute();
    await refuseTooMany(tx, userId, input.name);
    await tx.q
      .insertInto('api_tokens')
      .values({
        token_id: tokenId,
        token_hash: sha256(token),
        prefix: token.slice(0, shownLength),
        name: input.name,
        user_id: userId,
        permissions: JSON.stringify(input.permissions),
        sources: input.sources === null ? null : JSON.stringify(input.sources),
        created_at: engine.now(),
        expires_at: engine.nowPlus(input.days * day),
        last_used_at: null,
        last_used_address: null,
        revoked_at: null,
      })
      .execute();
    await recordAudit(tx, actor, {
      action: 'api-token.create',
      targetType: 'api-token',
      targetId: tokenId,
      summary: `Made the API token ${input.name}`,
      after: { ...input, prefix: token.slice(0, shownLength) },
    });
  });
  return { tokenId, token };
}

async function refuseTooMany(tx: Session, userId: string, name: string): Promise<void> {
  const open = await openTokens(tx).select('name').where('user_id', '=', userId).execute();
  if (open.some((one) => one.name === name)) {
    const taken = `You have a token named ${name} already.`;
    throw new AppError('input_invalid', taken, { fields: { name: taken } });
  }
  if (open.length >= mostOpen) {
    throw new AppError('conflict', `You have ${mostOpen} tokens already.`, {
      remedy: 'Revoke those that are not used.',
    });
  }
}

/**
 * Who shows the token, with their role as it is now; null when it is not known, revoked, expired, or its owner
 * is not active. One statement, made at every request, and the last use written once a minute.
 */
export async function actorOfToken(
  db: Db,
  token: string,
  address: string | null,
): Promise<TokenActor | null> {
  if (!tokenForm.test(token)) return null;
  const { engine } = db;
  const row = await openTokens(db)
    .innerJoin('users', 'users.user_id', 'api_tokens.user_id')
    .select([
      'api_tokens.token_id',
      'api_tokens.name',
      'api_tokens.permissions',
      'api_tokens.sources',
      'users.user_id',
      'users.email',
      'users.role',
      'users.limits',
    ])
    .select(engine.diffMs(sql.ref('api_tokens.last_used_at'), engine.now()).as('unused_ms'))
    .where('api_tokens.token_hash', '=', sha256(token))
    .where('users.active', '=', 1)
    .executeTakeFirst();
  if (!row) return null;
  const owner = {
    userId: row.user_id,
    email: row.email,
    role: parseRole(row.role),
    limits: parseLimits(row.limits),
    address,
  };
  const { permissions: granted, sources } = scopeOf(row);
  const actor: TokenActor = {
    ...owner,
    token: {
      id: row.token_id,
      name: row.name,
      permissions: granted.filter((one) => may(owner, one)),
      sources: common(sources, owner.limits?.sources ?? null),
    },
  };
  if (row.unused_ms === null || Number(row.unused_ms) >= usedEveryMs) {
    await db.transaction((tx) => rememberUse(tx, actor));
  }
  return actor;
}

/** Last use and its entry in the audit log, once a minute. */
async function rememberUse(tx: Session, actor: TokenActor): Promise<void> {
  const { token, address = null } = actor;
  await tx.q
    .updateTable('api_tokens')
    .set({ last_used_at: tx.engine.now(), last_used_address: address })
    .where('token_id', '=', token.id)
    .execute();
  await recordAudit(tx, actor, {
    action: 'api-token.use',
    targetType: 'api-token',
    targetId: token.id,
    summary: `Used the API token ${token.name}`,
  });
}

/** What both name; null = all. */
const common = (one: readonly string[] | null, other: readonly string[] | null) =>
  one === null || other === null ? (one ?? other) : one.filter((name) => other.includes(name));

/** The open tokens of the actor, or with `users:manage` those of all; newest first, 500 at most. */
export async function listApiTokens(session: Session, actor: Actor): Promise<ApiToken[]> {
  const own = ownerOf(actor);
  const query = openTokens(session)
    .innerJoin('users', 'users.user_id', 'api_tokens.user_id')
    .selectAll('api_tokens')
    .select('users.email')
    .orderBy('api_tokens.created_at', 'desc')
    .orderBy('api_tokens.token_id', 'desc');
  const visible = may(actor, 'users:manage') ? query : query.where('api_tokens.user_id', '=', own);
  const rows = await session.engine.take(visible, mostListed).execute();
  return rows.map((row) => ({
    tokenId: row.token_id,
    prefix: row.prefix,
    name: row.name,
    ownerId: row.user_id,
    ownerEmail: row.email,
    ...scopeOf(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedAddress: row.last_used_address,
  }));
}

/** Ends a token of one's own, or with `users:manage` anybody's. Throws `not_found` for one that is over. */
export async function revokeApiToken(db: Db, actor: Actor, tokenId: string): Promise<void> {
  const own = ownerOf(actor);
  await db.transaction(async (tx) => {
    const token = await openTokens(tx)
      .select(['name', 'user_id'])
      .where('token_id', '=', tokenId)
      .executeTakeFirst();
    const isVisible = token && (token.user_id === own || may(actor, 'users:manage'));
    if (!isVisible) throw new AppError('not_found', 'This token is over already.');
    await tx.q
      .updateTable('api_tokens')
      .set({ revoked_at: tx.engine.now() })
      .where('token_id', '=', tokenId)
      .where('revoked_at', 'is', null)
      .execute();
    await recordAudit(tx, actor, {
      action: 'api-token.revoke',
      targetType: 'api-token',
      targetId: tokenId,
      summary: `Revoked the API token ${token.name}`,
    });
  });
}

/** Ends all of a person's, in the transaction that knows why; says how many. */
export async function revokeTokensOf(tx: Session, userId: string): Promise<number> {
  const result = await tx.q
    .updateTable('api_tokens')
    .set({ revoked_at: tx.engine.now() })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', tx.engine.now())
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** A person who is signed in: a program does not make tokens, and ends none. */
function ownerOf(actor: Actor): string {
  if (actor.userId === null) throw new AppError('not_signed_in', 'Nobody is signed in.');
  if (actor.token) throw new AppError('forbidden', 'A token makes and ends no tokens.');
  return actor.userId;
}
