'use client';
/** Tries everything again that is failed in one way, after saying how many items that are. */
import { RotateCcw } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { ClusterKey } from '#app/_shared/list-address.ts';
import { newRequestKey } from '#app/_shared/request-key.ts';
import { ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { usePauseLive } from '#app/ui/live.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useAsked } from '#app/ui/use-asked.ts';
import { failuresKey } from '#lib/metrics/model.ts';
import { retryCluster } from './actions.ts';

export function RetryCluster({
  cluster,
  words,
}: {
  readonly cluster: ClusterKey;
  /** How many items there are. */
  readonly words: string;
}) {
  const router = useRouter();
  const [requestKey, setRequestKey] = useState<string | null>(null);
  usePauseLive(requestKey !== null);
  const retry = useAction(retryCluster, {
    done: () => `Retrying ${words}`,
    onDone: ({ bulkActionId }) => router.push(`/bulk-actions/${bulkActionId}`),
    showsError: true,
  });
  const open = () => {
    retry.clearError();
    setRequestKey(newRequestKey());
  };
  useAsked(`retry-${failuresKey(cluster)}`, open);
  const where = cluster.host === null ? '' : ` at ${cluster.host}`;
  return (
    <>
      <Button size="sm" icon={<RotateCcw aria-hidden />} onPress={open}>
        Retry<span className="max-sm:sr-only"> all</span>
      </Button>
      {requestKey === null ? null : (
        <ConfirmDialog
          isOpen
          onOpenChange={() => setRequestKey(null)}
          title={`Retry ${words}?`}
          confirmLabel="Retry them"
          cancelLabel="Not now"
          isPending={retry.isPending}
          onConfirm={() => retry.run({ ...cluster, requestKey })}
        >
          <ErrorBanner error={retry.error} />
          <p>
            Everything that is failed with <code>{cluster.code}</code>
            {where} goes back into the queue with its attempts at zero. Workers do this in the
            background; it can be watched and aborted.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
