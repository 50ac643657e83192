/** Revisions: every save of a source, with what it changed, and the way back. */
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Badge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { WrittenJson } from '#lib/json.ts';
import { changesOf } from '#lib/metrics/source-timeline.ts';
import type { JsonChange } from '#lib/records/diff.ts';
import type { SourceRevision } from '#lib/sources/read-sources.ts';
import { RollBackButton } from '../source-controls.tsx';

export function Revisions({
  sourceId,
  current,
  revisions,
  canChange,
}: {
  readonly sourceId: string;
  readonly current: number;
  readonly revisions: readonly SourceRevision[];
  readonly canChange: boolean;
}) {
  return (
    <ol className="flex flex-col gap-3">
      {revisions.map((revision, at) => (
        <li key={revision.revision}>
          <Section
            title={
              <span className="flex items-center gap-2">
                Revision {revision.revision}
                {revision.revision === current ? <Badge tone="done">current</Badge> : null}
              </span>
            }
            aside={
              <>
                <span>{revision.changedBy ?? <None word="unknown" />}</span>
                <Time at={revision.changedAt} />
                {canChange && revision.revision !== current ? (
                  <RollBackButton
                    sourceId={sourceId}
                    revision={revision.revision}
                    current={current}
                  />
                ) : null}
              </>
            }
          >
            {revision.note ? (
              <p className="mb-2 text-sm text-ink-2">
                <Foreign text={revision.note} />
              </p>
            ) : null}
            <Changes revision={revision} before={revisions[at + 1]} />
          </Section>
        </li>
      ))}
    </ol>
  );
}

function Changes({
  revision,
  before,
}: {
  readonly revision: SourceRevision;
  readonly before: SourceRevision | undefined;
}) {
  if (!before) {
    return (
      <p className="text-sm text-ink-3">
        {revision.revision === 1
          ? 'The source was created.'
          : 'The revision before it is no longer listed.'}
      </p>
    );
  }
  const changes = changesOf(before, revision);
  if (changes.length === 0) {
    return <p className="text-sm text-ink-3">No setting changed; a secret was set or removed.</p>;
  }
  return <ChangeList changes={changes} />;
}

export function ChangeList({ changes }: { readonly changes: readonly JsonChange[] }) {
  return (
    <ul className="flex flex-col gap-1">
      {changes.map((change) => (
        <Change key={change.path.join('.')} change={change} />
      ))}
    </ul>
  );
}

function Change({ change }: { readonly change: JsonChange }) {
  return (
    <li className="mono flex flex-wrap items-baseline gap-x-2 wrap-anywhere">
      <span className="text-ink-2">{change.path.join('.')}</span>
      {change.before === undefined ? null : (
        <del className="bg-failed-soft text-failed">{inWords(change.before)}</del>
      )}
      {change.after === undefined ? null : (
        <ins className="bg-done-soft text-done no-underline">{inWords(change.after)}</ins>
      )}
    </li>
  );
}

const inWords = (value: WrittenJson) =>
  typeof value === 'string' ? value : JSON.stringify(value).slice(0, 500);
