'use client';
/** ItemActionButton: one action on one item. Says what will happen, carries it out, says what happened. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import { actionIcons } from './action-icons.ts';
import { changeLabels } from './change-kinds.ts';
import type { ItemAction } from './item-actions.ts';

const loadDialog = () => import('./change-dialog.tsx');
const ChangeDialog = lazy(loadDialog);

export function ItemActionButton({
  action,
  items,
  onDone,
}: {
  readonly action: ItemAction;
  readonly items: readonly Pick<WorkItemSummary, 'workItemId'>[];
  readonly onDone?: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const Icon = actionIcons[action];
  return (
    <>
      <Button
        size="sm"
        icon={<Icon aria-hidden />}
        onPointerEnter={() => void loadDialog()}
        onPress={() => setOpen(true)}
      >
        {changeLabels[action]}
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ChangeDialog
            kind={action}
            scope={{ ids: items.map((item) => item.workItemId) }}
            onClose={() => setOpen(false)}
            onDone={() => onDone?.()}
          />
        </Suspense>
      ) : null}
    </>
  );
}
