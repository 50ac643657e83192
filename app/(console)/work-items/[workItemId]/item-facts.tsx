/** ItemFacts: what is known of the item itself. */

import { CopyId } from '#app/ui/copy.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import { remedyOf } from '#lib/errors/codes.ts';
import type { WorkItemDetail } from '#lib/items/detail.ts';
import { fetchEntries, priorityEntry, runEntry, sourceEntry } from '../item-entries.tsx';

export function ItemFacts({ detail }: { readonly detail: WorkItemDetail }) {
  const { item } = detail;
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
          ...(detail.missingSince
            ? [{ label: 'Gone since', value: <Time at={detail.missingSince} /> }]
            : []),
          sourceEntry(detail),
          { label: 'Type', value: `${item.sourceSystem} · ${item.resourceType}` },
          runEntry(detail),
          priorityEntry(detail),
          { label: 'Attempts', value: <Num value={item.attempt} /> },
          { label: 'Depth', value: <Num value={item.depth} /> },
          { label: 'Host', value: item.host ?? <None /> },
          { label: 'Created', value: <Time at={item.createdAt} /> },
          { label: 'Changed', value: <Time at={item.updatedAt} /> },
          ...fetchEntries(detail),
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
