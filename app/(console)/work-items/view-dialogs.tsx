'use client';
/** The dialogs of saved views: naming a new one or an old one anew, and deleting one. */
import { useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { ConfirmDialog, FormDialog } from '#app/ui/dialog.tsx';
import { CheckboxField, TextField } from '#app/ui/field.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed } from '#app/ui/merge-fields.ts';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import type { SavedView } from '#lib/views/model.ts';
import { changeView, deleteView, saveView } from './actions.ts';

/** What a dialog is about. */
export type ViewTask =
  | { readonly kind: 'save'; readonly query: string }
  | { readonly kind: 'rename'; readonly view: SavedView }
  | { readonly kind: 'delete'; readonly view: SavedView };

export default function ViewDialog({
  task,
  canShare,
  onSaved,
  onDeleted,
  onClose,
}: {
  readonly task: ViewTask;
  readonly canShare: boolean;
  readonly onSaved: (viewId: string) => void;
  readonly onDeleted: (viewId: string) => void;
  readonly onClose: () => void;
}) {
  return task.kind === 'delete' ? (
    <DeleteDialog view={task.view} onDeleted={onDeleted} onClose={onClose} />
  ) : (
    <NameDialog task={task} canShare={canShare} onSaved={onSaved} onClose={onClose} />
  );
}

function NameDialog({
  task,
  canShare,
  onSaved,
  onClose,
}: {
  readonly task: Exclude<ViewTask, { kind: 'delete' }>;
  readonly canShare: boolean;
  readonly onSaved: (viewId: string) => void;
  readonly onClose: () => void;
}) {
  const isNew = task.kind === 'save';
  const form = useContestedForm({
    saved: { name: isNew ? '' : task.view.name },
    valuesOf: (saved) => saved,
    fields: mergeFieldsOfName,
  });
  const { name } = form.values;
  const [isShared, setShared] = useState(false);
  const saving = useAction(saveView, {
    done: () => `The view ${name.trim()} is saved`,
    onDone: ({ viewId }) => {
      onSaved(viewId);
      onClose();
    },
    showsError: true,
  });
  const renaming = useAction(changeView, {
    done: () => `The view is called ${name.trim()} now`,
    onDone: onClose,
    onFailed: form.onFailed,
    showsError: true,
  });
  const requestKeyOf = useRequestKey();
  const save = (asked: { name: string; query: string; isShared: boolean }) =>
    saving.run({ ...asked, requestKey: requestKeyOf(asked) });
  const { error, isPending } = isNew ? saving : renaming;
  return (
    <FormDialog
      title={isNew ? 'Save as a view' : 'Rename the view'}
      size="sm"
      submitLabel={isNew ? 'Save view' : 'Rename view'}
      cancelLabel="Cancel"
      isPending={isPending}
      error={form.shown(error)}
      onSubmit={() => {
        if (task.kind === 'save') save({ name, query: task.query, isShared });
        else renaming.run({ viewId: task.view.viewId, name, seen: form.seen });
      }}
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="renamed this view" />
      <TextField
        label="Name"
        value={name}
        onChange={(value) => form.change({ name: value })}
        autoFocus
        isRequired
        maxLength={100}
        help={isNew ? 'Filter and order of the list are kept under it.' : undefined}
        error={error?.fields?.['name']}
      />
      {isNew && canShare ? (
        <CheckboxField
          label="Share with everybody"
          help="All who sign in see it; you and administrators may change it."
          isSelected={isShared}
          onChange={setShared}
        />
      ) : null}
    </FormDialog>
  );
}

const mergeFieldsOfName = fieldsNamed<{ readonly name: string }>({ name: 'Name' });

function DeleteDialog({
  view,
  onDeleted,
  onClose,
}: {
  readonly view: SavedView;
  readonly onDeleted: (viewId: string) => void;
  readonly onClose: () => void;
}) {
  const { run, isPending } = useAction(deleteView, {
    done: () => `The view ${view.name} is deleted`,
    onDone: () => {
      onDeleted(view.viewId);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={`Delete the view ${view.name}?`}
      confirmLabel="Delete view"
      isDangerous
      isPending={isPending}
      onConfirm={() => run({ viewId: view.viewId })}
    >
      <p>
        {view.isShared
          ? 'It is deleted for everybody. Items are not touched; links that were shared keep working.'
          : 'Items are not touched.'}
      </p>
    </ConfirmDialog>
  );
}
