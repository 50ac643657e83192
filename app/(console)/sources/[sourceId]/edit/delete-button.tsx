'use client';
/** DeleteButton: what it asks is loaded when a pointer comes near it, or it is pressed. */
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';

const loadDialogs = () => import('../../source-dialogs.tsx');
const DeleteDialog = lazy(async () => ({ default: (await loadDialogs()).DeleteDialog }));

const prepare = () => void loadDialogs().catch(() => undefined);

export function DeleteButton({
  sourceId,
  name,
  items,
}: {
  readonly sourceId: string;
  readonly name: string;
  /** Items that carry the source's name. */
  readonly items: number;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="danger"
        icon={<Trash2 aria-hidden />}
        onPointerEnter={prepare}
        onPress={() => setOpen(true)}
      >
        Delete
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <DeleteDialog
            sourceId={sourceId}
            name={name}
            items={items}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
