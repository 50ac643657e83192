/** ItemFacts: what is known of the item itself. */

import { CopyId } from '#app/ui/copy-id.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { shortId } from '#app/ui/short-id.ts';
import { Time } from '#app/ui/time.tsx';
import { remedyOf } from '#lib/errors/codes.ts';
import { refetchWords } from '#lib/revisit/refetch-words.ts';
import type { WorkItemDetail } from '#lib/work-items/detail.ts';

export function ItemFacts({ detail }: { readonly detail: WorkItemDetail }) {
  const { item, run, sourceId } = detail;
  return (
    <Section title="Facts">
      <KeyValue
        entries={[
          ...(item.errorMessage
            ? [
                {
                  label: 'Error',
                  value: (
                    <>
                      <span className="text-failed">
                        {item.errorMessage} {item.errorCode ? <code>{item.errorCode}</code> : null}
                      </span>
                      <span className="block text-ink-2">{remedyOf(item.errorCode)}</span>
                    </>
                  ),
                },
              ]
            : []),
          {
            label: 'Source',
            value: sourceId ? (
              <Link href={`/sources/${sourceId}`} className="link">
                {item.sourceName}
              </Link>
            ) : (
              item.sourceName
            ),
          },
          { label: 'Type', value: `${item.sourceSystem} · ${item.resourceType}` },
          {
            label: 'Run',
            value: run ? (
              <Link href={`/runs/${run.runId}`} className="link">
                {run.name ?? `${run.kind} ${shortId(run.runId)}`}
              </Link>
            ) : (
              <None word="no run" />
            ),
          },
          { label: 'Priority', value: <Num value={item.priority} /> },
          { label: 'Attempts', value: <Num value={item.attempt} /> },
          { label: 'Depth', value: <Num value={item.depth} /> },
          { label: 'Host', value: item.host ?? <None /> },
          { label: 'Created', value: <Time at={item.createdAt} /> },
          { label: 'Changed', value: <Time at={item.updatedAt} /> },
          { label: 'Last fetched', value: <Time at={item.lastFetchedAt} /> },
          { label: 'Last new content', value: <Time at={item.lastChangedAt} /> },
          { label: 'Next due', value: <Time at={item.nextFetchAt} absent="not planned" /> },
          { label: 'Fetched again', value: refetchWords(item.refetch) },
          {
            label: 'Checks',
            value: (
              <span className="num">
                {item.checkCount}, with {countOf(item.changeCount, 'change')} found
              </span>
            ),
          },
          { label: 'Revision', value: item.revision ?? <None /> },
          { label: 'ETag', value: item.etag ? <code>{item.etag}</code> : <None /> },
          { label: 'Last-Modified', value: item.lastModified ?? <None /> },
          { label: 'Dedupe key', value: <CopyId id={item.dedupeKey} text={item.dedupeKey} /> },
        ]}
      />
    </Section>
  );
}
