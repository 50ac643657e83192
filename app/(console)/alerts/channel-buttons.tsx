'use client';
/** The buttons of channels: add, test, delete. */
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button, IconButton } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { deleteChannelAction, testChannelAction } from './actions.ts';

const ChannelDialog = lazy(() => import('./channel-dialog.tsx'));

export function NewChannelButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onPress={() => setOpen(true)}>
        New channel
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ChannelDialog onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

interface OfChannel {
  readonly channelId: string;
  readonly name: string;
}

export function TestChannelButton({ channelId, name }: OfChannel) {
  const test = useAction(testChannelAction, {
    done: ({ ok, words }) => (ok ? `Delivered to ${name}: ${words}` : `Not delivered: ${words}`),
    refreshes: false,
  });
  return (
    <Button size="sm" isPending={test.isPending} onPress={() => test.run({ channelId })}>
      Test<span className="sr-only"> {name}</span>
    </Button>
  );
}

export function DeleteChannelButton({ channelId, name }: OfChannel) {
  const [isOpen, setOpen] = useState(false);
  const remove = useAction(deleteChannelAction, {
    done: () => `Deleted the channel ${name}`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <IconButton label={`Delete ${name}`} size="sm" onPress={() => setOpen(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Delete the channel ${name}?`}
        confirmLabel="Delete channel"
        isDangerous
        isPending={remove.isPending}
        onConfirm={() => remove.run({ channelId })}
      >
        <p>Nothing more is sent to it. What waits for it and its log are deleted with it.</p>
      </ConfirmDialog>
    </>
  );
}
