'use client';
import { useEffect } from 'react';
import useSWR from 'swr';
import { ItemStatusBadge } from '#app/_shared/item-words.tsx';
/** ItemPreview: where an item stands and why, its last attempts, and how its latest record begins. */
import { HeldMark } from '#app/_shared/quarantine/held-mark.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { KeyValue } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { useLive } from '#app/ui/live.tsx';
import { formatBytes, formatDuration } from '#app/ui/num.tsx';
import { ErrorState, Skeleton } from '#app/ui/states.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { Time } from '#app/ui/time.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { WorkItemPreview } from '#lib/items/detail.ts';
import { fetchEntries, priorityEntry, runEntry, sourceEntry } from './[workItemId]/item-facts.tsx';
import { WhyWaiting } from './[workItemId]/standing.tsx';
import { ChangeButton } from './change-buttons.tsx';

const unreachable: PublicError = {
  code: 'internal',
  message: 'The console did not answer.',
  remedy: 'Check that it runs, then try again.',
};

/** Throws what may be shown. */
async function ask(url: string): Promise<WorkItemPreview> {
  const response = await fetch(url).catch(() => null);
  if (response?.status === 401) window.location.assign('/sign-in?reason=ended');
  if (!response) throw unreachable;
  // Our own route: app/api/work-items/[workItemId]/preview.
  if (response.ok) return (await response.json()) as WorkItemPreview;
  const { error } = (await response.json().catch(() => ({}))) as { error?: PublicError };
  throw error ?? unreachable;
}

export function ItemPreview({
  itemId,
  canChange,
}: {
  readonly itemId: string;
  readonly canChange: boolean;
}) {
  const { data, error, mutate } = useSWR<WorkItemPreview, PublicError>(
    `/api/work-items/${itemId}/preview`,
    ask,
    { revalidateOnFocus: false, shouldRetryOnError: false },
  );
  const stamp = useLive().state?.stamp;
  // Something moved: perhaps this item.
  useEffect(() => {
    if (stamp !== undefined) void mutate();
  }, [stamp, mutate]);
  if (!data) {
    return error ? (
      <div className="p-4">
        <ErrorState error={error} onRetry={() => void mutate()} />
      </div>
    ) : (
      <PreviewSkeleton />
    );
  }
  return <Preview preview={data} canChange={canChange} onDone={() => void mutate()} />;
}

function Preview({
  preview,
  canChange,
  onDone,
}: {
  readonly preview: WorkItemPreview;
  readonly canChange: boolean;
  readonly onDone: () => void;
}) {
  const { item, attempts, record, held } = preview;
  return (
    <div className="flex flex-col gap-5 p-4">
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        <ItemStatusBadge item={item} />
        {canChange
          ? preview.changes.map((offer) => (
              <ChangeButton
                key={offer.id}
                offer={offer}
                workItemId={item.workItemId}
                onDone={onDone}
              />
            ))
          : null}
      </div>
      <WhyWaiting status={item.status} answer={preview.waiting} />
      {item.errorMessage === null && item.errorCode === null ? null : (
        <Part title="Last error">
          <p className="text-sm text-failed">
            {item.errorMessage} {item.errorCode ? <code>{item.errorCode}</code> : null}
          </p>
          {preview.remedy ? <p className="text-sm text-ink-2">{preview.remedy}</p> : null}
        </Part>
      )}
      <Part title="Facts">
        <KeyValue
          entries={[
            sourceEntry(preview),
            { label: 'Type', value: item.resourceType },
            runEntry(preview),
            priorityEntry(preview),
            ...fetchEntries(preview),
            { label: 'Request', value: <CopyId id={item.requestUri} text={item.requestUri} /> },
            { label: 'Id', value: <CopyId id={item.workItemId} /> },
          ]}
        />
      </Part>
      <Part title="Last attempts">
        {attempts.length === 0 ? (
          <p className="text-sm text-ink-3">No worker has taken it yet.</p>
        ) : (
          <ol className="flex flex-col">
            {attempts.map((attempt) => (
              <li
                key={attempt.attemptId}
                className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5 border-b py-1.5 text-sm last:border-b-0"
              >
                <span className="num text-ink-3">{attempt.number}.</span>
                <StatusBadge status={attempt.outcome} />
                {attempt.httpStatus === null ? null : (
                  <span className="num">HTTP {attempt.httpStatus}</span>
                )}
                <span className="num ml-auto whitespace-nowrap text-ink-2">
                  {attempt.durationMs === null ? null : `${formatDuration(attempt.durationMs)}, `}
                  <Time at={attempt.startedAt} />
                </span>
                {attempt.errorMessage === null ? null : (
                  <span className="w-full text-xs text-ink-2 wrap-anywhere">
                    {attempt.errorCode ? <code>{attempt.errorCode}</code> : null}{' '}
                    {attempt.errorMessage}
                  </span>
                )}
              </li>
            ))}
          </ol>
        )}
      </Part>
      <Part
        title="Latest record"
        aside={
          record ? (
            <Link href={`/records/${record.ingestId}`} className="link text-xs">
              Open the record
            </Link>
          ) : null
        }
      >
        {held === null ? null : (
          <p className="flex flex-wrap items-center gap-2 text-sm text-ink-2">
            <HeldMark held={held} /> A newer version is not current.
          </p>
        )}
        {record ? (
          <>
            <p className="num text-xs text-ink-2">
              HTTP {record.statusCode}, {formatBytes(record.bytes)}, <Time at={record.fetchedAt} />
            </p>
            {record.beginning === null ? (
              <p className="text-sm text-ink-3">Your account may not read what was fetched.</p>
            ) : (
              <CodeBlock label="Beginning of the payload" maxHeight="16rem" wraps>
                {record.beginning}
              </CodeBlock>
            )}
          </>
        ) : (
          <p className="text-sm text-ink-3">Nothing has been stored for this item yet.</p>
        )}
      </Part>
    </div>
  );
}

function Part({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: React.ReactNode;
  readonly children: React.ReactNode;
}) {
  return (
    <section className="flex min-w-0 flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="text-xs font-medium text-ink-3">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** As much room as an item without errors takes. */
function PreviewSkeleton() {
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => at).map((at) => (
      <Skeleton key={at} className="h-3.5 w-full" />
    ));
  return (
    <div role="status" aria-label="Loading the item" className="flex flex-col gap-5 p-4">
      <Skeleton className="h-7 w-40" />
      <Skeleton className="h-14 w-full" />
      <div className="flex flex-col gap-3">{lines(10)}</div>
      <div className="flex flex-col gap-3">{lines(2)}</div>
      <Skeleton className="h-64 w-full" />
    </div>
  );
}
