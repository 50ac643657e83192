'use client';
/**
 * What can be done to the selected rows, or to all items of the filter above the list. Each says in a dialog how many
 * it touches, carries it out, and says what happened.
 */
import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { countOf } from '#app/ui/num.tsx';
import type { BulkScope } from '#lib/items/bulk/model.ts';
import type { ChangeOffer } from '#lib/items/changes/offers.ts';
import type { WorkItemSummary } from '#lib/items/list/list.ts';
import { ChangePicture } from './change-icons.tsx';
import { useListState } from './use-list-state.tsx';

const loadDialog = () => import('./change-dialog.tsx');
const ChangeDialog = lazy(loadDialog);

export function SelectionBar({
  items,
  offers,
  matching,
  onClear,
}: {
  readonly items: readonly WorkItemSummary[];
  readonly offers: readonly ChangeOffer[];
  /** How many items match the filter, in words; null where they could not be counted. */
  readonly matching: string | null;
  readonly onClear: () => void;
}) {
  const { list, current } = useListState();
  // All of the filter, until the rows that are selected are others.
  const [allSince, setAllSince] = useState<number | null>(null);
  const isAll = allSince === items.length;
  const [asked, setAsked] = useState<ChangeOffer | null>(null);
  const scope: BulkScope = isAll
    ? { filter: list.filterOf(current) }
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
      {offers
        .filter(({ isMain }) => isMain)
        .map((offer) => (
          <Button
            key={offer.id}
            size="sm"
            icon={<ChangePicture of={offer} />}
            onPress={() => setAsked(offer)}
          >
            {offer.label}
          </Button>
        ))}
      <Menu
        label="More actions"
        placement="bottom start"
        trigger={
          <Button size="sm" icon={<Ellipsis aria-hidden />}>
            More
          </Button>
        }
        entries={offers
          .filter(({ isMain }) => !isMain)
          .map((offer) => ({
            id: offer.id,
            label: offer.fields.length > 0 ? `${offer.label} …` : offer.label,
            isDangerous: offer.isDangerous,
            onAction: () => setAsked(offer),
          }))}
      />
      <Button size="sm" variant="quiet" onPress={() => setAllSince(isAll ? null : items.length)}>
        {isAll ? 'Only the selected rows' : `Select all ${matching ?? 'items'} of the filter`}
      </Button>
      <Button size="sm" variant="quiet" onPress={onClear}>
        Clear selection
      </Button>
      {asked === null ? null : (
        <Suspense fallback={null}>
          <ChangeDialog
            offer={asked}
            scope={scope}
            onClose={() => setAsked(null)}
            onDone={onClear}
          />
        </Suspense>
      )}
    </div>
  );
}
