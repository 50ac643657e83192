/** One timeline of a source: its revisions, what people wrote and did, and its runs, newest first. */
import type { Session } from '#db/engine.ts';
import type { Instant } from '#db/schema.ts';
import { listAudit } from '#lib/audit/list-audit.ts';
import type { JsonObject } from '#lib/json.ts';
import { diffJson, type JsonChange } from '#lib/records/diff.ts';
import type { Run } from '#lib/runs/model.ts';
import { listComments } from '#lib/sources/comments.ts';
import { listRevisions, type SourceRevision } from '#lib/sources/read-sources.ts';

const most = 30;

interface Entry {
  /** Unique on the timeline. */
  readonly key: string;
  readonly at: Instant;
  /** Null = not known, or nobody. */
  readonly by: string | null;
}

export type TimelineEntry = Entry &
  (
    | {
        readonly kind: 'revision';
        readonly revision: number;
        readonly note: string | null;
        /** Against the revision before it; null for the first, or where that is not known. */
        readonly changes: readonly JsonChange[] | null;
      }
    | { readonly kind: 'comment'; readonly body: string }
    | {
        readonly kind: 'pause' | 'resume' | 'change';
        readonly summary: string;
        readonly reason: string | null;
        /** Of a pause: its end, where one was set. */
        readonly until: Instant | null;
      }
    | { readonly kind: 'launch' | 'end'; readonly run: Run }
  );

/** What an entry of another kind says already. */
const saidElsewhere = new Set(['source.create', 'source.update', 'source.comment']);

/**
 * The newest entries of each kind, 30 at most of them, together newest first; the rest is in the audit log.
 * @param runs of the source
 */
export async function readSourceTimeline(
  session: Session,
  sourceId: string,
  runs: readonly Run[],
): Promise<TimelineEntry[]> {
  const [revisions, comments, audit] = await Promise.all([
    listRevisions(session, sourceId, most),
    listComments(session, sourceId, most),
    listAudit(session, { targetType: 'source', targetId: sourceId }, { limit: most }),
  ]);
  const entries: TimelineEntry[] = [
    ...revisions.map((revision, at) => revisionEntry(revision, revisions[at + 1])),
    ...comments.map(({ commentId, at, by, body }) => ({
      key: commentId,
      at,
      by,
      kind: 'comment' as const,
      body,
    })),
    ...audit.rows
      .filter(({ action }) => !saidElsewhere.has(action))
      .map(({ auditId, at, actorEmail, action, summary, after }) => ({
        key: auditId,
        at,
        by: actorEmail,
        kind: kindOf(action),
        summary,
        reason: textIn(after, 'pausedReason'),
        until: textIn(after, 'pausedUntil'),
      })),
    ...runs.flatMap((run) => [
      {
        key: `launch ${run.runId}`,
        at: run.startedAt,
        by: run.launchedBy,
        kind: 'launch' as const,
        run,
      },
      ...(run.completedAt === null
        ? []
        : [{ key: `end ${run.runId}`, at: run.completedAt, by: null, kind: 'end' as const, run }]),
    ]),
  ];
  return entries
    .toSorted((a, b) => b.at.localeCompare(a.at) || b.key.localeCompare(a.key))
    .slice(0, most);
}

const kindOf = (action: string): 'pause' | 'resume' | 'change' =>
  action === 'source.pause' ? 'pause' : action === 'source.resume' ? 'resume' : 'change';

function textIn(after: unknown, name: string): string | null {
  if (typeof after !== 'object' || after === null) return null;
  const value: unknown = Object.entries(after).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : null;
}

function revisionEntry(revision: SourceRevision, before: SourceRevision | undefined) {
  return {
    key: `revision ${revision.revision}`,
    at: revision.changedAt,
    by: revision.changedBy,
    kind: 'revision' as const,
    revision: revision.revision,
    note: revision.note,
    changes: before === undefined ? null : changesOf(before, revision),
  };
}

/** What a revision changed of settings, seeds and state; secrets have no values to compare. */
export const changesOf = (before: SourceRevision, after: SourceRevision): readonly JsonChange[] =>
  diffJson(contentOf(before), contentOf(after)).changes;

const contentOf = ({ enabled, settings, seeds }: SourceRevision): JsonObject => ({
  enabled,
  settings,
  seeds: [...seeds],
});
