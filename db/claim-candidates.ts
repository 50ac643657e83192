/** Which pending items a claim may take, as SQL both engines share. */
import { type RawBuilder, sql } from 'kysely';
import type { ClaimScope, Engine } from './engine.ts';

/** What differs between the engines in a list of candidates. */
export interface CandidateSyntax {
  /** `work_items w`, with lock hints where the engine has them. */
  readonly from: RawBuilder<unknown>;
  /** `hosts h`, read without waiting for those who write them: a claim a moment late is still polite. */
  readonly hosts: RawBuilder<unknown>;
  /** `w.host`, to be compared with the exact key of `hosts`. */
  readonly host: RawBuilder<unknown>;
  /** `endOfTime` as this engine writes it. */
  readonly endOfTime: RawBuilder<unknown>;
  /** Puts a row limit around `select … order by …`. */
  readonly limited: (
    columns: RawBuilder<unknown>,
    rest: RawBuilder<unknown>,
    n: number,
  ) => RawBuilder<unknown>;
}

const columns = sql`w.work_item_id, w.priority, w.created_at`;
const claimOrder = sql`order by w.priority, w.created_at, w.work_item_id`;

/**
 * `select work_item_id, priority, created_at` of the first `n` claimable items in claim order, without
 * a final order; null when the scope admits nothing. Several sources become one branch each, so that
 * every branch walks its own part of the pending index and stops after `n` rows.
 */
export function claimCandidates(
  engine: Engine,
  syntax: CandidateSyntax,
  n: number,
  scope: ClaimScope = {},
): RawBuilder<unknown> | null {
  const always = [
    // Nothing of an endless wait is due, but only who says so is served by the index without it.
    sql`w.available_at < ${syntax.endOfTime}`,
    ...conditions(engine, syntax, scope),
  ];
  const branch = (more: readonly RawBuilder<unknown>[]) => {
    const where = sql.join([...always, ...more], sql` and `);
    return syntax.limited(columns, sql`from ${syntax.from} where ${where} ${claimOrder}`, n);
  };
  if (scope.sources === undefined) return branch([]);
  const branches = scope.sources.map((source) =>
    branch([sql`w.source_system = ${source.system}`, sql`w.source_name = ${source.name}`]),
  );
  const [first, ...others] = branches;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const wrapped = branches.map(
    (one, index) => sql`select * from (${one}) as ${sql.id(`b${index}`)}`,
  );
  return sql.join(wrapped, sql` union all `);
}

function conditions(
  engine: Engine,
  syntax: CandidateSyntax,
  scope: ClaimScope,
): RawBuilder<unknown>[] {
  // The status is a literal: a filtered index does not serve a parameter.
  const all: RawBuilder<unknown>[] = [
    sql`w.status = 'pending'`,
    sql`w.available_at <= ${engine.now()}`,
  ];
  for (const source of scope.excludeSources ?? []) {
    all.push(sql`not (w.source_system = ${source.system} and w.source_name = ${source.name})`);
  }
  if (scope.hosts !== undefined) {
    const blocked = sql`h.blocked_until > ${engine.now()}`;
    const shut =
      scope.hosts === 'free'
        ? sql`(${blocked} or h.pace_ms > 0 or h.concurrency is not null)`
        : blocked;
    all.push(
      sql`(w.host is null or not exists (select 1 from ${syntax.hosts} where h.host = ${syntax.host} and ${shut}))`,
    );
  }
  if (scope.excludeRuns?.length) {
    all.push(sql`(w.run_id is null or w.run_id not in (${sql.join([...scope.excludeRuns])}))`);
  }
  if (scope.runId !== undefined) all.push(sql`w.run_id = ${scope.runId}`);
  if (scope.resourceType !== undefined) all.push(sql`w.resource_type = ${scope.resourceType}`);
  return all;
}
