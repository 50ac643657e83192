'use client';
/** LaunchDialog: what to run, with a preview of how many items and how long at the polite rate. */
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { FormDialog } from '#app/ui/dialog.tsx';
import { askLiveNow } from '#app/ui/live-attention.ts';
import type { PublicError } from '#lib/errors/app-error.ts';
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
  const [isPending, startTransition] = useTransition();
  const [error, setError] = useState<PublicError | null>(null);
  const blank: LaunchRequest = { kind: 'seed', sources: [...preset] };
  const [draft, setDraft] = useState(() => draftOf(blank));
  const request = requestOf(draft, blank);
  const submit = () =>
    startTransition(async () => {
      const result = await launch({ request, requestKey });
      if (result.ok) {
        router.push(`/runs/${result.data.runId}`);
        askLiveNow();
        return;
      }
      setError(result.error);
    });
  return (
    <FormDialog
      title="Launch a run"
      submitLabel="Launch run"
      cancelLabel="Not now"
      isPending={isPending}
      error={error}
      onSubmit={submit}
      onClose={onClose}
    >
      <LaunchFields
        draft={draft}
        sources={sources}
        onChange={(changes) => setDraft((before) => ({ ...before, ...changes }))}
        errors={error?.fields ?? {}}
      />
      <LaunchPreviewText request={request} />
    </FormDialog>
  );
}
