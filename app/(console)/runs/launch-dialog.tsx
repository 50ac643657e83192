'use client';
/** LaunchDialog: what to run, with a preview of how many items and how long at the polite rate. */
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { askLiveNow, useHoldLive } from '#app/ui/live.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import type { LaunchRequest } from '#lib/runs/model.ts';
import { draftOf, requestOf } from '../_launch/launch-draft.ts';
import { LaunchFields, type LaunchSource } from '../_launch/launch-fields.tsx';
import { launch } from './actions.ts';
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
  useHoldLive(true);
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
    <Dialog
      title="Launch a run"
      isOpen
      isDismissable={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      footer={
        <>
          <Button onPress={onClose}>Not now</Button>
          <Button variant="primary" isPending={isPending} onPress={submit}>
            Launch run
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {error ? (
          <Banner kind="failed" title={error.message} isLive>
            {error.remedy} <code>{error.code}</code>
          </Banner>
        ) : null}
        <LaunchFields
          draft={draft}
          sources={sources}
          onChange={(changes) => setDraft((before) => ({ ...before, ...changes }))}
          errors={error?.fields ?? {}}
        />
        <LaunchPreviewText request={request} />
      </div>
    </Dialog>
  );
}
