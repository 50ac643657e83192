'use client';
/**
 * SelectionBar: what can be done with the selected rows, or with all items of the filter; each action
 * says first how many it touches.
 */
import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { filterOf } from '#app/_shared/item-filters.ts';
import { Button } from '#app/ui/button.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { countOf } from '#app/ui/num.tsx';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import { actionIcons } from './action-icons.ts';
import type { ChangeScope } from './change-dialog.tsx';
import { type ChangeKind, changeLabels } from './change-kinds.ts';
import { useListState } from './use-list-state.ts';

const loadDialog = () => import('./change-dialog.tsx');
const ChangeDialog = lazy(loadDialog);

const shownAsButtons = ['recrawl', 'retry', 'skip'] as const;
const shownInMenu = [
  'hold',
  'release',
  'set_priority',
  'move_to_run',
  'set_refetch',
  'retire',
] as const satisfies readonly ChangeKind[];

/** Those that ask for something first. */
const asks: ReadonlySet<ChangeKind> = new Set(['set_priority', 'move_to_run', 'set_refetch']);

export function SelectionBar({
  items,
  matching,
  onClear,
}: {
  readonly items: readonly WorkItemSummary[];
  /** How many items match the filter, in words; null where they could not be counted. */
  readonly matching: string | null;
  readonly onClear: () => void;
}) {
  const { current } = useListState();
  // All of the filter, until the rows that are selected are others.
  const [allSince, setAllSince] = useState<number | null>(null);
  const isAll = allSince === items.length;
  const [kind, setKind] = useState<ChangeKind | null>(null);
  const scope: ChangeScope = isAll
    ? { filter: filterOf(current) }
    : { ids: items.map((item) => item.workItemId) };
  return (
    <div
      className="flex flex-wrap items-center gap-1.5"
      role="toolbar"
      aria-label="Selected items"
      onPointerEnter={() => void loadDialog()}
      onFocus={() => void loadDialog()}
    >
      <span className="num pr-1 text-sm font-medium" role="status">
        {isAll
          ? `All ${matching ?? 'items'} of the filter selected`
          : `${countOf(items.length, 'item')} selected`}
      </span>
      {shownAsButtons.map((action) => {
        const Icon = actionIcons[action];
        return (
          <Button
            key={action}
            size="sm"
            icon={<Icon aria-hidden />}
            onPress={() => setKind(action)}
          >
            {changeLabels[action]}
          </Button>
        );
      })}
      <Menu
        label="More actions"
        placement="bottom start"
        trigger={
          <Button size="sm" icon={<Ellipsis aria-hidden />}>
            More
          </Button>
        }
        entries={shownInMenu.map((action) => ({
          id: action,
          label: asks.has(action) ? `${changeLabels[action]} …` : changeLabels[action],
          isDangerous: action === 'retire',
          onAction: () => setKind(action),
        }))}
      />
      <Button size="sm" variant="quiet" onPress={() => setAllSince(isAll ? null : items.length)}>
        {isAll ? 'Only the selected rows' : `Select all ${matching ?? 'items'} of the filter`}
      </Button>
      <Button size="sm" variant="quiet" onPress={onClear}>
        Clear selection
      </Button>
      {kind === null ? null : (
        <Suspense fallback={null}>
          <ChangeDialog kind={kind} scope={scope} onClose={() => setKind(null)} onDone={onClear} />
        </Suspense>
      )}
    </div>
  );
}
