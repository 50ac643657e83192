'use client';
/** What can be done to one item, as buttons. Each says in a dialog what it does, carries it out, and says what happened. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { useAskedOf } from '#app/ui/use-asked.ts';
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

/** The dialogs of changes that the palette asks for, also of those that have no button as the item is: they say why. */
export function AskedChanges({
  offers,
  workItemId,
}: {
  readonly offers: readonly ChangeOffer[];
  readonly workItemId: string;
}) {
  const [offer, setOffer] = useState<ChangeOffer | null>(null);
  const nameOf = ({ id }: ChangeOffer) => `item-${id}`;
  useAskedOf(offers.map(nameOf), (name) =>
    setOffer(offers.find((one) => nameOf(one) === name) ?? null),
  );
  if (offer === null) return null;
  return (
    <Suspense fallback={null}>
      <ChangeDialog
        offer={offer}
        scope={{ ids: [workItemId] }}
        onClose={() => setOffer(null)}
        onDone={() => undefined}
      />
    </Suspense>
  );
}
