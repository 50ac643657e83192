/** The audit log as a list: newest first, one keyset page at a time. */
import { sql } from 'kysely';
import type { Session } from '#db/engine.ts';
import type { JsonValue } from '#lib/json.ts';
import { type KeysetOrder, type Page, pageOf, planKeyset } from '#lib/paging/keyset.ts';
import {
  cursorParameter,
  momentParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
  textParameter,
} from '#lib/paging/parameters.ts';
import type { AuditRecord } from './model.ts';

export const auditParameters = {
  actor: textParameter(254),
  action: textParameter(100),
  type: textParameter(50),
  target: textParameter(200),
  from: momentParameter('start'),
  to: momentParameter('end'),
  cursor: cursorParameter,
} as const;

export interface AuditQuery {
  /** Part of the actor's address. */
  readonly actor?: string | undefined;
  /** Prefix of the action: `run` or `run.cancel`. */
  readonly action?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Reads the page's address; what is out of range is ignored and reported. */
export function parseAuditQuery(raw: RawParameters): {
  readonly query: AuditQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = readParameters(auditParameters, raw, [['from', 'to']]);
  const { type, target, ...rest } = values;
  return { query: { ...rest, targetType: type, targetId: target }, problems };
}

const listTimeoutMs = 5_000;
const ref = (column: string) => sql.ref<string>(`audit_log.${column}`);

/** At most `limit` entries (100). Throws `cursor_invalid`, `db_statement_timeout` after five seconds. */
export async function listAudit(
  session: Session,
  query: AuditQuery,
  options: { readonly limit?: number } = {},
): Promise<Page<AuditRecord>> {
  const { engine } = session;
  const order: KeysetOrder = {
    sort: 'at',
    direction: 'desc',
    by: { column: ref('at'), kind: 'instant' },
    id: ref('audit_id'),
  };
  const plan = planKeyset(engine, order, { cursor: query.cursor, limit: options.limit });
  const fetched = await engine.withTimeout(session, listTimeoutMs, (s) => {
    let select = s.q
      .selectFrom('audit_log')
      .selectAll()
      .select(['audit_id as id', plan.cursorText.as('cursorValue')])
      .orderBy(plan.orderBy);
    if (query.actor) select = select.where(engine.contains(ref('actor_email'), query.actor));
    if (query.action) select = select.where(engine.startsWith(ref('action'), query.action));
    if (query.targetType) select = select.where('target_type', '=', query.targetType);
    if (query.targetId) select = select.where('target_id', '=', query.targetId);
    if (query.from) {
      select = select.where(sql<boolean>`${ref('at')} >= ${engine.instantParam(query.from)}`);
    }
    if (query.to) {
      select = select.where(sql<boolean>`${ref('at')} < ${engine.instantParam(query.to)}`);
    }
    if (plan.where) select = select.where(plan.where);
    return engine.take(select, plan.fetch).execute();
  });
  return pageOf(
    order,
    plan,
    fetched,
    (row): AuditRecord => ({
      auditId: row.audit_id,
      at: row.at,
      actorId: row.actor_id,
      actorEmail: row.actor_email,
      action: row.action,
      targetType: row.target_type,
      targetId: row.target_id,
      summary: row.summary,
      before: parseState(row.before_state),
      after: parseState(row.after_state),
    }),
  );
}

/** Written by `recordAudit`; anything else in an existing table is shown as text. */
function parseState(text: string | null): JsonValue | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as JsonValue; // JSON.parse yields JSON values
  } catch {
    return text;
  }
}
