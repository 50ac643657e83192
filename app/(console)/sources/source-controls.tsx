'use client';
/** The buttons of a source: pause, resume, roll back. What they ask is loaded when the first is pressed. */
import { Pause, Play } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useAsked } from '#app/ui/use-asked.ts';
import { resume } from './actions.ts';

const loadDialogs = () => import('./source-dialogs.tsx');
const PauseDialog = lazy(async () => ({ default: (await loadDialogs()).PauseDialog }));
const ResumeDialog = lazy(async () => ({ default: (await loadDialogs()).ResumeDialog }));
const RollBackDialog = lazy(async () => ({ default: (await loadDialogs()).RollBackDialog }));

const prepare = () => void loadDialogs().catch(() => undefined);

export function PauseButton({
  sourceId,
  name,
  isPaused,
  size = 'md',
}: {
  readonly sourceId: string;
  readonly name: string;
  readonly isPaused: boolean;
  readonly size?: 'sm' | 'md';
}) {
  const [isOpen, setOpen] = useState(false);
  const resuming = useAction(resume, {
    done: () => `${name} was resumed`,
    onDone: () => setOpen(false),
  });
  useAsked(`${isPaused ? 'resume' : 'pause'}-${sourceId}`, () => setOpen(true));
  if (isPaused) {
    return (
      <>
        <Button
          size={size}
          icon={<Play aria-hidden />}
          isPending={resuming.isPending}
          onPress={() => resuming.run({ sourceId })}
        >
          Resume
        </Button>
        {isOpen ? (
          <Suspense fallback={null}>
            <ResumeDialog
              name={name}
              isPending={resuming.isPending}
              onConfirm={() => resuming.run({ sourceId })}
              onClose={() => setOpen(false)}
            />
          </Suspense>
        ) : null}
      </>
    );
  }
  return (
    <>
      <Button
        size={size}
        icon={<Pause aria-hidden />}
        onPointerEnter={prepare}
        onPress={() => setOpen(true)}
      >
        Pause
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <PauseDialog sourceId={sourceId} name={name} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

/** Makes an earlier revision the one in force, as a new revision. */
export function RollBackButton({
  sourceId,
  revision,
  current,
}: {
  readonly sourceId: string;
  readonly revision: number;
  readonly current: number;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPointerEnter={prepare} onPress={() => setOpen(true)}>
        Roll back to this
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <RollBackDialog
            sourceId={sourceId}
            revision={revision}
            current={current}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
