'use client';
/** What an operator sets on a host: its limits, and the end of a block. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useAsked } from '#app/ui/use-asked.ts';
import { clearBlockAction } from './actions.ts';
import type { LimitsProps } from './host-dialogs.tsx';

const LimitsDialog = lazy(async () => ({
  default: (await import('./host-dialogs.tsx')).LimitsDialog,
}));
const BlockDialog = lazy(async () => ({
  default: (await import('./host-dialogs.tsx')).BlockDialog,
}));

/** How often, and with how many requests at a time, a host may be asked. */
export function LimitsButton(props: LimitsProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)} aria-label={`Limits of ${props.host}`}>
        Limits
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <LimitsDialog {...props} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

/** Has the host left alone, with a reason and an end. */
export function BlockButton({ host }: { readonly host: string }) {
  const [isOpen, setOpen] = useState(false);
  useAsked(`block-${host}`, () => setOpen(true));
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)} aria-label={`Block ${host}`}>
        Block
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <BlockDialog host={host} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

export function ClearBlockButton({
  host,
  reason,
}: {
  readonly host: string;
  /** Why it is blocked; null = nobody knows. */
  readonly reason: string | null;
}) {
  const [isOpen, setOpen] = useState(false);
  useAsked(`unblock-${host}`, () => setOpen(true));
  const clear = useAction(clearBlockAction, {
    done: () => `Workers may send requests to ${host} again`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Clear block
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Send requests to ${host} again?`}
        confirmLabel="Clear block"
        isPending={clear.isPending}
        onConfirm={() => clear.run({ host })}
      >
        <p>
          {reason === null ? 'It is blocked' : `It is blocked: ${reason.replace(/\.$/, '')}`}.
          Workers will send requests to it at once, at the polite rate of each source. If it refuses
          them, it is blocked again, perhaps for longer.
        </p>
      </ConfirmDialog>
    </>
  );
}
