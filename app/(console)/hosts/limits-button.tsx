'use client';
/** DelayButton: the least time between two requests to a host, set by an operator. */
import { useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { NumberField } from '#app/ui/field.tsx';
import { useHoldLive } from '#app/ui/live.tsx';
import { formatDuration } from '#app/ui/num.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { setHostDelayAction } from './actions.ts';

interface DelayProps {
  readonly host: string;
  /** Null = that of each source. */
  readonly delayMs: number | null;
}

export function DelayButton(props: DelayProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)} aria-label={`Delay of ${props.host}`}>
        Delay
      </Button>
      {isOpen ? <DelayDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function DelayDialog({ host, delayMs, onClose }: DelayProps & { readonly onClose: () => void }) {
  useHoldLive(true);
  /** Seconds, as people say it; NaN = none. */
  const [seconds, setSeconds] = useState(delayMs === null ? Number.NaN : delayMs / 1000);
  const wanted = Number.isNaN(seconds) ? null : Math.round(seconds * 1000);
  const set = useAction(setHostDelayAction, {
    done: () =>
      wanted === null
        ? `${host} is left to the delay of its sources`
        : `At least ${formatDuration(wanted)} between two requests to ${host}`,
    onDone: onClose,
    showsError: true,
  });
  return (
    <Dialog
      title={`Delay of ${host}`}
      size="sm"
      isOpen
      isDismissable={false}
      onOpenChange={(open) => (open ? undefined : onClose())}
      footer={
        <>
          <Button onPress={onClose}>Discard</Button>
          <Button
            variant="primary"
            isPending={set.isPending}
            onPress={() => set.run({ host, delayMs: wanted })}
          >
            Set delay
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {set.error ? (
          <Banner kind="failed" isLive title={set.error.message}>
            {set.error.remedy}
          </Banner>
        ) : null}
        <NumberField
          label="Between two requests, at least"
          help="Over all workers. It counts where it is longer than the source's own delay; empty = the delay of each source."
          unit="seconds"
          minValue={0}
          maxValue={3600}
          value={seconds}
          onChange={setSeconds}
          autoFocus
          error={set.error?.fields?.['delay']}
        />
      </div>
    </Dialog>
  );
}
