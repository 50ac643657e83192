'use client';
/** LaunchDialog: what to run, with a preview of how many items and how long at the polite rate. */
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { FormDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { launch } from './actions.ts';
import { draftOf, requestOf } from './launch-draft.ts';
import { LaunchFields, type LaunchSource } from './launch-fields.tsx';
import { LaunchPreviewText } from './launch-preview.tsx';

export default function LaunchDialog({
  requestKey,
  sources,
  preset,
  onClose,
}: {
  readonly requestKey: string;
  readonly sources: readonly LaunchSource[];
  readonly preset: readonly string[];
  readonly onClose: () => void;
}) {
  const router = useRouter();
  const blank: LaunchRequest = { kind: 'seed', sources: [...preset] };
  const [draft, setDraft] = useState(() => draftOf(blank));
  const request = requestOf(draft, blank);
  const launching = useAction(launch, {
    onDone: ({ runId }) => router.push(`/runs/${runId}`),
    showsError: true,
    refreshes: false,
  });
  return (
    <FormDialog
      title="Launch a run"
      submitLabel="Launch run"
      cancelLabel="Not now"
      isPending={launching.isPending}
      error={launching.error}
      onSubmit={() => launching.run({ request, requestKey })}
      onClose={onClose}
      told={<LaunchPreviewText request={request} />}
    >
      <LaunchFields
        draft={draft}
        sources={sources}
        onChange={(changes) => setDraft((before) => ({ ...before, ...changes }))}
        errors={launching.error?.fields ?? {}}
      />
    </FormDialog>
  );
}
