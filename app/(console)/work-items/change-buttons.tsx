'use client';
/** What can be done to one item, as buttons. Each says in a dialog what it does, carries it out, and says what happened. */
import { usePathname, useRouter } from 'next/navigation';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import type { ChangeOffer } from '#lib/items/changes/offers.ts';
import { ChangePicture } from './change-icons.tsx';

const loadDialog = () => import('./change-dialog.tsx');
const ChangeDialog = lazy(loadDialog);

/** One change of one item. */
export function ChangeButton({
  offer,
  workItemId,
  onDone,
}: {
  readonly offer: ChangeOffer;
  readonly workItemId: string;
  readonly onDone?: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size="sm"
        icon={<ChangePicture of={offer} />}
        onPointerEnter={() => void loadDialog()}
        onPress={() => setOpen(true)}
      >
        {offer.label}
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ChangeDialog
            offer={offer}
            scope={{ ids: [workItemId] }}
            onClose={() => setOpen(false)}
            onDone={() => onDone?.()}
          />
        </Suspense>
      ) : null}
    </>
  );
}

/** The dialog of a change that the address asks for, as the palette does. */
export function AskedChange({
  offer,
  workItemId,
}: {
  readonly offer: ChangeOffer;
  readonly workItemId: string;
}) {
  const router = useRouter();
  const pathname = usePathname();
  return (
    <Suspense fallback={null}>
      <ChangeDialog
        offer={offer}
        scope={{ ids: [workItemId] }}
        onClose={() => router.replace(pathname)}
        onDone={() => undefined}
      />
    </Suspense>
  );
}
