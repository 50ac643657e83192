/** The audit log as a list: newest first, one keyset page at a time. */
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db, Session } from '#db/engine.ts';
import type { Database } from '#db/schema.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { type ExportRequest, pagesAsText } from '#lib/exports/pages-as-text.ts';
import type { LocalClock } from '#lib/filters/zones.ts';
import { type JsonValue, parseJson } from '#lib/json.ts';
import {
  type ColumnOf,
  type Condition,
  chooseAccessPath,
  condition,
  instantBounds,
  rangeCondition,
} from '#lib/paging/access-path.ts';
import type { KeysetOrder } from '#lib/paging/keyset.ts';
import {
  isSmallGroup,
  type ListPage,
  type ListTable,
  readListPage,
} from '#lib/paging/list-page.ts';
import {
  cursorParameter,
  type ParameterProblem,
  type RawParameters,
  readParameters,
} from '#lib/paging/parameters.ts';
import { auditFilters } from './audit-filters.ts';
import type { ChainLink } from './chain.ts';
import { isWhole, readLinks } from './chain-state.ts';
import type { ExportedEntry } from './exported-entry.ts';
import { type AuditRecord, recordAudit } from './record-audit.ts';

export interface AuditQuery {
  /** Part of the actor's address. */
  readonly actor?: string | undefined;
  /** Prefix of the action: `run` or `run.cancel`. */
  readonly action?: string | undefined;
  /** Anywhere in what happened, who did it, or the target's id. */
  readonly text?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
}

/**
 * Reads the page's address; what is out of range is ignored and reported.
 * @param clock by which `yesterday` is counted; absent = UTC
 */
export function parseAuditQuery(
  raw: RawParameters,
  clock?: LocalClock,
): {
  readonly query: AuditQuery;
  readonly problems: readonly ParameterProblem[];
} {
  const { values, problems } = auditFilters.read(raw, clock);
  const position = readParameters({ cursor: cursorParameter }, raw);
  const { type, target, q, ...rest } = values;
  const { cursor } = position.values;
  return {
    query: { ...rest, text: q, targetType: type, targetId: target, cursor },
    problems: [...problems, ...position.problems],
  };
}

type EntryRow = Selectable<Database['audit_log']> & { readonly id: string };

const ref = (column: string) => sql.ref<string>(`audit_log.${column}`);

const order: KeysetOrder = {
  sort: 'at',
  direction: 'desc',
  by: { column: ref('at'), kind: 'instant' },
  id: ref('audit_id'),
};

const entries: ListTable<'audit_log', EntryRow> = {
  from: ({ q }) => q.selectFrom('audit_log'),
  rows: ({ q }) => q.selectFrom('audit_log').selectAll().select('audit_id as id'),
};

/** At most `limit` entries (100). Throws `cursor_invalid`, `db_statement_timeout` after five seconds. */
export async function listAudit(
  session: Session,
  query: AuditQuery,
  options: { readonly limit?: number } = {},
): Promise<ListPage<AuditRecord>> {
  const page = await listRows(session, query, options.limit);
  return { ...page, rows: page.rows.map(toRecord) };
}

type LinkedRow = EntryRow & { readonly link: ChainLink | null };

async function listRows(
  session: Session,
  query: AuditQuery,
  limit?: number,
): Promise<ListPage<LinkedRow>> {
  const request = { cursor: query.cursor, limit };
  const read = (row: EntryRow) => row;
  const page = await readListPage(session, entries, order, request, (s) => pathOf(s, query), read);
  const links = await readLinks(
    session,
    page.rows.map((row) => row.audit_id),
  );
  return {
    ...page,
    rows: page.rows.map((row) => ({ ...row, link: links.get(row.audit_id) ?? null })),
  };
}

type ConditionKey = 'text' | 'target' | 'targetType' | 'targetId' | 'actor' | 'action' | 'at';

/** What one thing went through, and a time, are stretches of an index; the rest is searched. */
function pathOf(session: Session, query: AuditQuery) {
  const { engine } = session;
  const { actor, action, text, targetType, targetId, from, to } = query;
  const conditions: Condition<ConditionKey>[] = [];
  const add = (key: ConditionKey, make: (of: ColumnOf) => RawBuilder<boolean>) =>
    conditions.push(condition(engine, ref, key, make));
  if (targetType && targetId) {
    add(
      'target',
      (of) =>
        sql<boolean>`${of('target_type')} = ${targetType} and ${of('target_id')} = ${targetId}`,
    );
  } else {
    if (targetType) add('targetType', (of) => sql<boolean>`${of('target_type')} = ${targetType}`);
    if (targetId) add('targetId', (of) => sql<boolean>`${of('target_id')} = ${targetId}`);
  }
  if (actor) add('actor', (of) => engine.contains(of('actor_email'), actor));
  if (action) add('action', (of) => engine.startsWith(of('action'), action));
  if (text) {
    const columns = ['summary', 'actor_email', 'target_id'];
    add(
      'text',
      (of) =>
        sql<boolean>`(${sql.join(
          columns.map((column) => engine.contains(of(column), text)),
          sql` or `,
        )})`,
    );
  }
  if (from || to) {
    conditions.push(
      rangeCondition(engine, ref, 'at', 'at', (at) => instantBounds(engine, at, { from, to })),
    );
  }
  return chooseAccessPath({
    conditions,
    groups: conditions
      .filter(({ key }) => key === 'target')
      .map(({ key, seek }) => ({ keys: [key], branches: [seek], order: order.sort })),
    sort: order.sort,
    sortColumn: 'at',
    isSmall: (where) => isSmallGroup(session, entries, where),
  });
}

/** What the list and an export say alike. */
const entryOf = (row: LinkedRow) => ({
  auditId: row.audit_id,
  at: row.at,
  actorId: row.actor_id,
  actorEmail: row.actor_email,
  address: row.address,
  action: row.action,
  targetType: row.target_type,
  targetId: row.target_id,
  summary: row.summary,
});

const toRecord = (row: LinkedRow): AuditRecord => ({
  ...entryOf(row),
  before: parseState(row.before_state),
  after: parseState(row.after_state),
  link: row.link,
  isWhole: isWhole(row),
});

/** Written by `recordAudit`; anything else in an existing table is shown as text. */
function parseState(text: string | null): JsonValue | null {
  return text === null ? null : (parseJson(text) ?? text);
}

/** Of an exported line: all that its hashes are made of, so that `audit:verify --file` needs nothing else. */
const columns = [
  'auditId',
  'at',
  'actorId',
  'actorEmail',
  'address',
  'action',
  'targetType',
  'targetId',
  'summary',
  'before',
  'after',
  'contentHash',
  'position',
  'previousHash',
  'hash',
] as const satisfies readonly (keyof ExportedEntry)[];

/**
 * Starts an export of what the log's address shows; its position is not looked at. The export is an entry
 * of the log itself.
 * @throws AppError `forbidden`, or `input_invalid` when a parameter is not understood: a page says that it
 *   ignores it, a file could not
 */
export async function exportAudit(
  db: Db,
  actor: Actor,
  request: ExportRequest,
): Promise<AsyncGenerator<string, void, void>> {
  requirePermission(actor, 'console:view');
  requireSources(actor, 'all');
  const { query, problems } = parseAuditQuery(request.parameters, request.clock);
  const [problem] = problems;
  if (problem) throw new AppError('input_invalid', problem.message);
  const { cursor: _, ...filter } = query;
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'audit.export',
      targetType: 'audit',
      targetId: null,
      summary: `Exported the audit log as ${request.format.toUpperCase()}`,
      after: filter,
    }),
  );
  const reads = request.reads ?? db;
  return pagesAsText(
    {
      columns,
      read: async (cursor) => {
        const page = await listRows(reads, { ...filter, cursor });
        return { ...page, rows: page.rows.map(toExported) };
      },
      fields: (entry) => entry,
    },
    request.format,
  );
}

/** What was before and after is a text of JSON, as it was written. */
const toExported = (row: LinkedRow): ExportedEntry => ({
  ...entryOf(row),
  before: row.before_state,
  after: row.after_state,
  contentHash: row.content_hash,
  position: row.link?.position ?? null,
  previousHash: row.link?.previousHash ?? null,
  hash: row.link?.hash ?? null,
});
