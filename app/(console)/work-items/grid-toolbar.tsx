'use client';
/** GridToolbar: the export of the list, its columns and the density of its rows. */
import { Columns3, Download, Rows3, Rows4 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { exportChoices } from '#app/_shared/export-choices.ts';
import { Button, IconButton } from '#app/ui/button.tsx';
import { Menu } from '#app/ui/menu.tsx';
import type { ArrangementState } from './use-grid-table.ts';
import { useListState } from './use-list-state.tsx';

const ColumnDialog = lazy(() => import('./column-dialog.tsx'));

export function GridToolbar({ state }: { readonly state: ArrangementState }) {
  const { arrangement, keep } = state;
  const { isDense } = arrangement;
  const { list, current } = useListState();
  const [isChoosing, setChoosing] = useState(false);
  return (
    <div className="ml-auto flex items-center gap-1">
      <Menu
        label="Export"
        trigger={
          <Button size="sm" variant="quiet" icon={<Download aria-hidden />}>
            Export
          </Button>
        }
        entries={exportChoices.map(({ words, parameters }) => ({
          id: words,
          label: `All matching items as ${words}`,
          onAction: () => download({ ...list.filterOf(current), ...parameters }),
        }))}
      />
      <Button
        size="sm"
        variant="quiet"
        icon={<Columns3 aria-hidden />}
        aria-haspopup="dialog"
        onPress={() => setChoosing(true)}
      >
        Columns
      </Button>
      <IconButton
        size="sm"
        label={isDense ? 'Roomier rows' : 'Denser rows'}
        onPress={() => keep({ ...arrangement, isDense: !isDense })}
      >
        {isDense ? <Rows3 aria-hidden /> : <Rows4 aria-hidden />}
      </IconButton>
      {isChoosing ? (
        <Suspense fallback={null}>
          <ColumnDialog state={state} onClose={() => setChoosing(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

/** Through a link, so that a refusal becomes a failed download instead of another page. */
function download(parameters: Record<string, string>): void {
  const link = document.createElement('a');
  link.href = `/api/export/work-items?${new URLSearchParams(parameters)}`;
  link.download = '';
  link.click();
}
