'use client';
/** SelectionBar: what can be done with the selected rows; each action says first how many it touches. */
import { RotateCcw, SkipForward, Undo2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { Button } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { askLiveNow } from '#app/ui/live.tsx';
import { countOf } from '#app/ui/num.tsx';
import { notify, notifyError } from '#app/ui/toast.tsx';
import type { WorkItemSummary } from '#lib/work-items/list.ts';
import { changeItems } from './actions.ts';
import { type ItemAction, itemActions, splitByAction } from './item-actions.ts';

const icons = { recrawl: RotateCcw, retry: Undo2, skip: SkipForward };

export function SelectionBar({
  items,
  onClear,
}: {
  readonly items: readonly WorkItemSummary[];
  readonly onClear: () => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-1.5" role="toolbar" aria-label="Selected items">
      <span className="num pr-1 text-sm font-medium">{countOf(items.length, 'item')} selected</span>
      {itemActions.map((action) => (
        <ItemActionButton key={action} action={action} items={items} onDone={onClear} />
      ))}
      <Button size="sm" variant="quiet" onPress={onClear}>
        Clear selection
      </Button>
    </div>
  );
}

/** One action on some items: confirm with exact numbers, carry out, say what happened. */
export function ItemActionButton({
  action,
  items,
  onDone,
}: {
  readonly action: ItemAction;
  readonly items: readonly Pick<WorkItemSummary, 'workItemId' | 'status' | 'waitReason'>[];
  readonly onDone?: () => void;
}) {
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const [isPending, startTransition] = useTransition();
  const plan = splitByAction(action, items);
  const Icon = icons[action];
  const confirm = () =>
    startTransition(async () => {
      const result = await changeItems({
        action,
        ids: plan.affected.map((item) => item.workItemId),
      });
      setOpen(false);
      if (!result.ok) return notifyError(result.error);
      notify(plan.words.done(result.data.changed), {
        ...(result.data.refused > 0
          ? {
              detail: `${countOf(result.data.refused, 'item')} changed meanwhile and stayed as is.`,
            }
          : {}),
      });
      onDone?.();
      router.refresh();
      askLiveNow();
    });
  return (
    <>
      <Button size="sm" icon={<Icon aria-hidden />} onPress={() => setOpen(true)}>
        {plan.words.verb}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={plan.words.title(plan.affected.length)}
        confirmLabel={plan.words.confirm(plan.affected.length)}
        isDangerous={action === 'skip'}
        isPending={isPending}
        isDisabled={plan.affected.length === 0}
        onConfirm={confirm}
      >
        <p>{plan.words.explain(plan.affected.length)}</p>
        {plan.left.length > 0 ? <p>{plan.words.leave(plan.left.length)}</p> : null}
      </ConfirmDialog>
    </>
  );
}
