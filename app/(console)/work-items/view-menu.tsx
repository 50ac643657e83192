'use client';
/** ViewMenu: opens a saved view, and keeps the list as it stands as one. */
import { Bookmark, Check } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { everything, queryOf } from '#app/_shared/item-list.ts';
import { Button } from '#app/ui/button.tsx';
import { Menu, type MenuEntry } from '#app/ui/menu.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { SavedView } from '#lib/views/model.ts';
import { changeView, keepDefaultView } from './actions.ts';
import { useListState } from './use-list-state.tsx';
import type { ViewTask } from './view-dialogs.tsx';

const ViewDialog = lazy(() => import('./view-dialogs.tsx'));

export function ViewMenu({
  views,
  defaultView,
  canShare,
}: {
  readonly views: readonly SavedView[];
  /** The view that the list opens with; null = everything. */
  readonly defaultView: string | null;
  readonly canShare: boolean;
}) {
  const { current, set } = useListState();
  const [task, setTask] = useState<ViewTask | null>(null);
  const query = queryOf(current);
  const view = views.find(({ viewId }) => viewId === current.view);
  const isChanged = view !== undefined && view.query !== query;
  const changing = useAction(changeView, {
    done: () => 'The view is changed',
  });
  const keeping = useAction(keepDefaultView, {
    done: () =>
      view && defaultView !== view.viewId
        ? `The list opens with ${view.name}`
        : 'The list opens with all items',
  });
  const entryOf = (one: SavedView): MenuEntry => ({
    id: one.viewId,
    label: one.name,
    icon: <Check aria-hidden className={one === view ? '' : 'invisible'} />,
    hint: [one.viewId === defaultView ? 'default' : '', one.isShared && !one.isOwn ? one.owner : '']
      .filter(Boolean)
      .join(', '),
    href: `/work-items?view=${one.viewId}`,
  });
  const grouped = (heading: string, some: readonly SavedView[]): MenuEntry[] =>
    some.length === 0
      ? []
      : [{ kind: 'heading', id: heading, text: heading }, ...some.map(entryOf)];
  return (
    <>
      <Menu
        label="Saved views"
        placement="bottom start"
        trigger={
          <Button size="sm" icon={<Bookmark aria-hidden />} isPending={changing.isPending}>
            {view ? `${view.name}${isChanged ? ', changed' : ''}` : 'Views'}
          </Button>
        }
        entries={[
          {
            id: everything,
            label: 'All items',
            icon: (
              <Check
                aria-hidden
                className={query === '' && view === undefined ? '' : 'invisible'}
              />
            ),
            href: `/work-items?view=${everything}`,
          },
          ...grouped(
            'Mine',
            views.filter((one) => one.isOwn),
          ),
          ...grouped(
            'Shared by others',
            views.filter((one) => !one.isOwn),
          ),
          { kind: 'separator', id: 'separator' },
          ...(view && isChanged && view.mayChange
            ? [
                {
                  id: 'update',
                  label: `Save the changes to ${view.name}`,
                  onAction: () =>
                    changing.run({ viewId: view.viewId, query, seen: { query: view.query } }),
                },
              ]
            : []),
          {
            id: 'save',
            label: 'Save as a view …',
            isDisabled: query === '',
            onAction: () => setTask({ kind: 'save', query }),
          },
          ...(view ? entriesFor(view) : []),
        ]}
      />
      {task ? (
        <Suspense fallback={null}>
          <ViewDialog
            task={task}
            canShare={canShare}
            onSaved={(viewId) => set({ view: viewId })}
            onDeleted={(viewId) => {
              if (current.view === viewId) set({ view: null });
            }}
            onClose={() => setTask(null)}
          />
        </Suspense>
      ) : null}
    </>
  );

  function entriesFor(one: SavedView): MenuEntry[] {
    const isDefault = defaultView === one.viewId;
    return [
      {
        id: 'default',
        label: isDefault ? 'Open the list with all items' : 'Open the list with this view',
        onAction: () => keeping.run({ viewId: isDefault ? null : one.viewId }),
      },
      ...(one.mayChange
        ? [
            {
              id: 'rename',
              label: 'Rename …',
              onAction: () => setTask({ kind: 'rename', view: one }),
            },
            ...(one.isOwn && canShare
              ? [
                  {
                    id: 'share',
                    label: one.isShared ? 'Keep it to myself' : 'Share with everybody',
                    onAction: () =>
                      changing.run({
                        viewId: one.viewId,
                        isShared: !one.isShared,
                        seen: { isShared: one.isShared },
                      }),
                  },
                ]
              : []),
            {
              id: 'delete',
              label: 'Delete …',
              isDangerous: true,
              onAction: () => setTask({ kind: 'delete', view: one }),
            },
          ]
        : []),
    ];
  }
}
