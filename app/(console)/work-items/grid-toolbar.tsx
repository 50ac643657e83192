'use client';
/** GridToolbar: the export of the list, the column chooser and the density of the rows. */
import { Check, Columns3, Download, Rows3, Rows4 } from 'lucide-react';
import { Button, IconButton } from '#app/ui/button.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { listColumns } from './columns.tsx';
import type { GridPreferences } from './grid-preferences.ts';
import { useListState } from './use-list-state.ts';

/** Without these a row would say nothing. */
const fixed = new Set(['status', 'resource']);

export function GridToolbar({ preferences }: { readonly preferences: GridPreferences }) {
  const { visibility, isDense } = preferences;
  const { current } = useListState();
  const { cursor: _cursor, sort: _sort, dir: _dir, ...filter } = current;
  return (
    <div className="ml-auto flex items-center gap-1">
      <Menu
        label="Export"
        trigger={
          <Button size="sm" variant="quiet" icon={<Download aria-hidden />}>
            Export
          </Button>
        }
        entries={(['csv', 'ndjson'] as const).map((format) => ({
          id: format,
          label: format === 'csv' ? 'All matching items as CSV' : 'All matching items as NDJSON',
          onAction: () => download({ ...filter, format }),
        }))}
      />
      <Menu
        label="Columns"
        trigger={
          <Button size="sm" variant="quiet" icon={<Columns3 aria-hidden />}>
            Columns
          </Button>
        }
        entries={[
          ...listColumns
            .filter((column) => !fixed.has(column.id))
            .map((column) => {
              const isShown = visibility[column.id] !== false;
              return {
                id: column.id,
                label: column.label,
                icon: <Check aria-hidden className={isShown ? '' : 'invisible'} />,
                hint: isShown ? 'shown' : 'hidden',
                onAction: () => preferences.toggleColumn(column.id),
              };
            }),
          { kind: 'separator', id: 'separator' },
          { id: 'reset', label: 'Reset columns and density', onAction: preferences.reset },
        ]}
      />
      <IconButton
        size="sm"
        label={isDense ? 'Roomier rows' : 'Denser rows'}
        onPress={() => preferences.setDense(!isDense)}
      >
        {isDense ? <Rows3 aria-hidden /> : <Rows4 aria-hidden />}
      </IconButton>
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
