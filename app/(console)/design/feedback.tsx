'use client';
/** What answers a person: banners, states, dialogs and notices. */
import { Waypoints } from 'lucide-react';
import { useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button, LinkButton } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { EmptyState, ErrorState, NoPermission, TableSkeleton } from '#app/ui/states.tsx';
import { notify, notifyError } from '#app/ui/toast.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import { Group, Sample } from './sample.tsx';

const banners = ['info', 'done', 'warn', 'failed'] as const;
const refused: PublicError = {
  code: 'forbidden',
  message: 'You may not change sources.',
  remedy: 'Ask an administrator for the role that allows this.',
};

export function Feedback() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Group title="Banners">
        {banners.map((kind) => (
          <Sample key={kind} state={kind} isWide>
            <Banner
              kind={kind}
              title="The source is paused"
              action={<Button size="sm">Look</Button>}
            >
              Nothing is fetched from it.
            </Banner>
          </Sample>
        ))}
      </Group>
      <Group title="States of a page">
        <Sample state="empty" isWide>
          <EmptyState
            icon={<Waypoints aria-hidden />}
            title="No work items yet"
            action={<LinkButton href="/runs">Launch a run</LinkButton>}
          >
            A run puts the seeds of its sources into the queue.
          </EmptyState>
        </Sample>
        <Sample state="error" isWide>
          <ErrorState
            error={{
              code: 'db_statement_timeout',
              message: 'The list took longer than 5 s.',
              remedy: 'Narrow the filter.',
            }}
          />
        </Sample>
        <Sample state="not allowed" isWide>
          <NoPermission error={refused} />
        </Sample>
        <Sample state="loading" isWide>
          <TableSkeleton rows={3} />
        </Sample>
      </Group>
      <Group title="Dialogs and notices">
        <Sample state="opened by a button">
          <span className="flex flex-wrap gap-2">
            <Button onPress={() => setOpen(true)}>Ask first</Button>
            <Button onPress={() => notify('12 items will be fetched again')}>
              Say what was done
            </Button>
            <Button onPress={() => notifyError(refused)}>Say what was refused</Button>
          </span>
        </Sample>
      </Group>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title="Delete wiki?"
        confirmLabel="Delete source"
        isDangerous
        onConfirm={() => setOpen(false)}
      >
        <p>Its settings go. 12 items and their records stay.</p>
      </ConfirmDialog>
    </>
  );
}
