'use client';
/** The buttons of channels: add, change, test, delete. */
import { lazy, Suspense, useState } from 'react';
import { DeleteButton } from '#app/_shared/delete-button.tsx';
import { Button } from '#app/ui/button.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Channel } from '#lib/notices/channels.ts';
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
          <ChannelDialog channel={null} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

export function ChangeChannelButton({ channel }: { readonly channel: Channel }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Change<span className="sr-only"> {channel.name}</span>
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ChannelDialog channel={channel} onClose={() => setOpen(false)} />
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
  return (
    <DeleteButton action={deleteChannelAction} input={{ channelId }} what="channel" name={name}>
      <p>Nothing more is sent to it. What waits for it and its log are deleted with it.</p>
    </DeleteButton>
  );
}
