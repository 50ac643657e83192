/** Facts of an item that its page and its drawer both list. */
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { Num, shortId } from '#app/ui/num.tsx';
import { Time } from '#app/ui/time.tsx';
import type { WorkItemPreview } from '#lib/items/preview.ts';
import { refetchWords } from '#lib/revisit/refetch-words.ts';

export function sourceEntry({ item, sourceId }: Pick<WorkItemPreview, 'item' | 'sourceId'>) {
  const value = sourceId ? (
    <Link href={`/sources/${sourceId}`} className="link">
      {item.sourceName}
    </Link>
  ) : (
    item.sourceName
  );
  return { label: 'Source', value };
}

export function runEntry({ run }: Pick<WorkItemPreview, 'run'>) {
  const value = run ? (
    <Link href={`/runs/${run.runId}`} className="link">
      {run.name ?? `${run.kind} ${shortId(run.runId)}`}
    </Link>
  ) : (
    <None word="no run" />
  );
  return { label: 'Run', value };
}

export const priorityEntry = ({ item }: Pick<WorkItemPreview, 'item'>) => ({
  label: 'Priority',
  value: <Num value={item.priority} />,
});

/** When it was fetched, and when it will be again. */
export const fetchEntries = ({ item }: Pick<WorkItemPreview, 'item'>) => [
  { label: 'Last fetched', value: <Time at={item.lastFetchedAt} /> },
  { label: 'Last new content', value: <Time at={item.lastChangedAt} /> },
  { label: 'Next due', value: <Time at={item.nextFetchAt} absent="not planned" /> },
  { label: 'Fetched again', value: refetchWords(item.refetch) },
];
