'use client';
/** RunControls: pause, resume, stop, cancel, and a run over what failed or was fetched. */
import { useRouter } from 'next/navigation';
import { lazy, Suspense, useState, useTransition } from 'react';
import { newRequestKey, useOpening } from '#app/_shared/request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { askLiveNow } from '#app/ui/live-attention.ts';
import { countOf } from '#app/ui/num.tsx';
import { notify, notifyError } from '#app/ui/toast.tsx';
import type { RunKind } from '#lib/runs/model.ts';
import { controlRun, rerunFailed } from '../actions.ts';
import { commandWords, type RunCommand } from '../run-commands.ts';

export function RunControls({
  runId,
  status,
  kind,
  isPaused,
  queued,
  inProgress,
  failed,
  succeeded,
  asksForRecrawl,
}: {
  readonly runId: string;
  readonly status: string;
  readonly kind: RunKind;
  readonly isPaused: boolean;
  readonly queued: number;
  readonly inProgress: number;
  readonly failed: number;
  readonly succeeded: number;
  /** The address asks for the form of a recrawl. */
  readonly asksForRecrawl: boolean;
}) {
  const router = useRouter();
  const [asked, setAsked] = useState<RunCommand | null>(null);
  const [isPending, startTransition] = useTransition();
  const [retryKey] = useState(newRequestKey);

  const carryOut = (command: RunCommand) =>
    startTransition(async () => {
      const result = await controlRun({ runId, command });
      setAsked(null);
      if (result.ok) notify(commandWords[command].done);
      else notifyError(result.error);
      router.refresh();
      askLiveNow();
    });
  const press = (command: RunCommand) =>
    commandWords[command].confirm ? setAsked(command) : carryOut(command);
  const retry = () =>
    startTransition(async () => {
      const result = await rerunFailed({ runId, requestKey: retryKey });
      if (!result.ok) return notifyError(result.error);
      router.push(`/runs/${result.data.runId}`);
      askLiveNow();
    });

  if (status !== 'running') {
    return (
      <>
        {succeeded > 0 ? <RecrawlButton runId={runId} isOpenAtFirst={asksForRecrawl} /> : null}
        {failed > 0 ? (
          <Button isPending={isPending} onPress={retry}>
            Retry {countOf(failed, 'failed item')}
          </Button>
        ) : null}
      </>
    );
  }
  const commands: readonly RunCommand[] = [isPaused ? 'resume' : 'pause', 'stop', 'cancel'];
  const confirm = asked ? commandWords[asked].confirm : null;
  return (
    <>
      {commands.map((command) => (
        <Button
          key={command}
          variant={command === 'cancel' ? 'danger' : 'secondary'}
          isDisabled={isPending}
          onPress={() => press(command)}
        >
          {commandWords[command].label}
        </Button>
      ))}
      {asked && confirm ? (
        <ConfirmDialog
          isOpen
          onOpenChange={() => setAsked(null)}
          title={confirm.title}
          confirmLabel={confirm.button({ kind, queued, inProgress })}
          cancelLabel="Let it run"
          isDangerous={asked === 'cancel'}
          isPending={isPending}
          onConfirm={() => carryOut(asked)}
        >
          <p>{confirm.explain({ kind, queued, inProgress })}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}

const RecrawlDialog = lazy(() => import('./recrawl-dialog.tsx'));

/** Opens the form of a recrawl of this run. */
function RecrawlButton({
  runId,
  isOpenAtFirst,
}: {
  readonly runId: string;
  /** For an address that asks for the form; the address forgets it, so that going back does not. */
  readonly isOpenAtFirst: boolean;
}) {
  const { requestKey, open, close } = useOpening(isOpenAtFirst);
  return (
    <>
      <Button onPress={open}>Recrawl</Button>
      {requestKey === null ? null : (
        <Suspense fallback={null}>
          <RecrawlDialog key={requestKey} runId={runId} requestKey={requestKey} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
