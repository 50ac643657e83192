'use client';
/** Mutes a rule, a source or a group of failures until a time, and ends that before its time. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Mute } from '#lib/alerts/mutes.ts';
import { endMuteAction } from './actions.ts';
import type { Mutable } from './mute-dialog.tsx';

const MuteDialog = lazy(() => import('./mute-dialog.tsx'));

export function MuteButton({
  name,
  choices,
}: {
  /** What the button stands beside, for those who hear it. */
  readonly name: string;
  /** What can be muted here; the first is proposed. */
  readonly choices: readonly Mutable[];
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Mute<span className="sr-only"> {name}</span>
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <MuteDialog choices={choices} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

export function UnmuteButton({ mute: { muteId, label } }: { readonly mute: Mute }) {
  const end = useAction(endMuteAction, { done: () => `Told again: ${label}` });
  return (
    <Button size="sm" isPending={end.isPending} onPress={() => end.run({ muteId })}>
      Unmute<span className="sr-only"> {label}</span>
    </Button>
  );
}
