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

const hour = 3_600;
const day = 24 * hour;

const choices: readonly { readonly label: string; readonly plan: RefetchPlan }[] = [
  { label: 'By how often it changes', plan: { kind: 'adaptive' } },
  { label: 'Every hour', plan: { kind: 'every', everyS: hour } },
  { label: 'Every day', plan: { kind: 'every', everyS: day } },
  { label: 'Every 7 days', plan: { kind: 'every', everyS: 7 * day } },
  { label: 'Always due', plan: { kind: 'always' } },
  { label: 'Only when asked for', plan: { kind: 'never' } },
  { label: 'Retire: keep, but fetch no more', plan: { kind: 'retired' } },
];

const isQueued = ({ status }: Pick<WorkItem, 'status'>) =>
  status === 'pending' || status === 'in_progress';

export function RefetchMenu({
  item,
}: {
  readonly item: Pick<WorkItem, 'workItemId' | 'status' | 'refetch'>;
}) {
  const now = refetchWords(item.refetch);
  const { run, isPending } = useAction(setRefetch, {
    done: ({ changed, plan }) =>
      changed === 0
        ? 'The item moved meanwhile and stayed as it is'
        : plan.kind === 'retired'
          ? 'The item is retired: it is kept, and nobody fetches it'
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
      entries={choices.map(({ label, plan }) => {
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
