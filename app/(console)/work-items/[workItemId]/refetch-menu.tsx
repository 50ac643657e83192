'use client';
/** RefetchMenu: when the item is fetched again, as a person decides. */
import { CalendarClock, Check } from 'lucide-react';
import { Button } from '#app/ui/button.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { WorkItem } from '#lib/queue/model.ts';
import type { RefetchPlan } from '#lib/revisit/refetch-plan.ts';
import { refetchWords } from '#lib/revisit/refetch-words.ts';
import { setRefetch } from '../actions.ts';

const isQueued = ({ status }: Pick<WorkItem, 'status'>) =>
  status === 'pending' || status === 'in_progress';

export function RefetchMenu({
  item,
  choices,
}: {
  readonly item: Pick<WorkItem, 'workItemId' | 'status' | 'refetch'>;
  readonly choices: readonly { readonly label: string; readonly value: RefetchPlan }[];
}) {
  const now = refetchWords(item.refetch);
  const { run, isPending } = useAction(setRefetch, {
    done: ({ changed, plan }) =>
      changed === 0
        ? 'The item has moved on since and was left as it is'
        : plan.kind === 'retired'
          ? 'The item is retired: it is kept, but no longer fetched'
          : `The item is fetched again ${refetchWords(plan)}`,
  });
  return (
    <Menu
      label="When it is fetched again"
      trigger={
        <Button size="sm" icon={<CalendarClock aria-hidden />} isPending={isPending}>
          Fetch plan
        </Button>
      }
      entries={choices.map(({ label, value: plan }) => {
        const isNow = refetchWords(plan) === now;
        return {
          id: refetchWords(plan),
          label,
          ...(isNow ? { icon: <Check aria-hidden />, hint: 'now' } : {}),
          // What is queued is fetched: skip it first.
          isDisabled: isNow || (plan.kind === 'retired' && isQueued(item)),
          onAction: () => run({ workItemId: item.workItemId, plan }),
        };
      })}
    />
  );
}
