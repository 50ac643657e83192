'use client';
/** RunControls: pause, resume, stop, cancel, and a run over what failed or was fetched. */
import { useRouter } from 'next/navigation';
import { lazy, Suspense, useState } from 'react';
import { newRequestKey, useOpening } from '#app/_shared/request-key.ts';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { countOf } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useAsked } from '#app/ui/use-asked.ts';
import type { RunKind } from '#lib/runs/model.ts';
import { controlRun, rerunFailed } from '../actions.ts';
import { askedWords, commandWords, type RunCommand } from '../run-commands.ts';

export function RunControls({
  runId,
  status,
  kind,
  isPaused,
  queued,
  inProgress,
  failed,
  succeeded,
}: {
  readonly runId: string;
  readonly status: string;
  readonly kind: RunKind;
  readonly isPaused: boolean;
  readonly queued: number;
  readonly inProgress: number;
  readonly failed: number;
  readonly succeeded: number;
}) {
  const router = useRouter();
  const [asked, setAsked] = useState<RunCommand | null>(null);
  const [retryKey] = useState(newRequestKey);
  const controlling = useAction(controlRun, {
    done: (_data, { command }) => commandWords[command].done,
    onDone: () => setAsked(null),
  });
  const retrying = useAction(rerunFailed, {
    onDone: (run) => router.push(`/runs/${run.runId}`),
    refreshes: false,
  });
  const [asksForRetry, setAsksForRetry] = useState(false);
  const isRunning = status === 'running';
  useAsked(isRunning && !isPaused ? `pause-${runId}` : '', () => setAsked('pause'));
  useAsked(isRunning && isPaused ? `resume-${runId}` : '', () => setAsked('resume'));
  useAsked(isRunning ? `stop-${runId}` : '', () => setAsked('stop'));
  useAsked(isRunning ? `cancel-${runId}` : '', () => setAsked('cancel'));
  useAsked(isRunning ? '' : `retry-${runId}`, () => setAsksForRetry(failed > 0));
  const isPending = controlling.isPending || retrying.isPending;
  const carryOut = (command: RunCommand) => controlling.run({ runId, command });
  const press = (command: RunCommand) =>
    commandWords[command].confirm ? setAsked(command) : carryOut(command);

  if (!isRunning) {
    return (
      <>
        {succeeded > 0 ? <RecrawlButton runId={runId} /> : null}
        {failed > 0 ? (
          <Button
            isPending={isPending}
            onPress={() => retrying.run({ runId, requestKey: retryKey })}
          >
            Retry {countOf(failed, 'failed item')}
          </Button>
        ) : null}
        {asksForRetry ? (
          <ConfirmDialog
            isOpen
            onOpenChange={setAsksForRetry}
            title={`Retry ${countOf(failed, 'failed item')}?`}
            confirmLabel="Retry them"
            cancelLabel="Not now"
            isPending={isPending}
            onConfirm={() => retrying.run({ runId, requestKey: retryKey })}
          >
            <p>A new run takes them up, with their attempts at zero.</p>
          </ConfirmDialog>
        ) : null}
      </>
    );
  }
  const commands: readonly RunCommand[] = [isPaused ? 'resume' : 'pause', 'stop', 'cancel'];
  const confirm =
    asked === 'pause' || asked === 'resume'
      ? askedWords[asked]
      : asked && commandWords[asked].confirm;
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
          cancelLabel={isPaused ? 'Leave it' : 'Let it run'}
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
function RecrawlButton({ runId }: { readonly runId: string }) {
  const { requestKey, open, close } = useOpening();
  useAsked('recrawl-run', open);
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
