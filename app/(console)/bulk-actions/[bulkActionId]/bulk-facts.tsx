/** BulkFacts: what a background action is about, who launched it, and what belongs to it. */
import { KeyValue } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import type { BulkAction } from '#lib/items/bulk/model.ts';
import { bulkVerb, countInWords } from '#lib/items/bulk/words.ts';
import { ScopeWords } from '../bulk-words.tsx';

export function BulkFacts({ action }: { readonly action: BulkAction }) {
  const { scope, undoOf, undoneBy } = action;
  return (
    <Section title="Facts">
      <KeyValue
        entries={[
          { label: 'Action', value: bulkVerb(action.change) },
          { label: 'Items', value: <ScopeWords scope={scope} /> },
          ...(scope
            ? [
                {
                  label: 'Frozen at',
                  value: (
                    <>
                      <Time at={scope.asOf} />
                      <span className="text-ink-3"> · what matches since then is left alone</span>
                    </>
                  ),
                },
              ]
            : []),
          { label: 'At its launch', value: countInWords(action.expected) },
          { label: 'Launched', value: <Time at={action.createdAt} /> },
          { label: 'By', value: action.requestedBy },
          { label: 'Ended', value: <Time at={action.finishedAt} absent="not yet" /> },
          ...(undoOf === null ? [] : [{ label: 'Undoes', value: <Other id={undoOf} /> }]),
          ...(undoneBy === null ? [] : [{ label: 'Undone by', value: <Other id={undoneBy} /> }]),
          {
            label: 'Audit',
            value: (
              <Link href={`/audit?target=${action.bulkActionId}`} className="link">
                What was recorded of it
              </Link>
            ),
          },
        ]}
      />
    </Section>
  );
}

function Other({ id }: { readonly id: string }) {
  return (
    <Link href={`/bulk-actions/${id}`} className="link">
      another background action
    </Link>
  );
}
