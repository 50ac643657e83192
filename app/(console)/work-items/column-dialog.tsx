'use client';
/** ColumnDialog: which columns the list shows, in which order and how wide; every change is kept at once. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button, IconButton } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { CheckboxField } from '#app/ui/field.tsx';
import { announce } from '#app/ui/toast.tsx';
import { columnWidthPx } from '#lib/preferences/column-width.ts';
import { moveColumn, showColumn, sizeColumn } from './arrangement.ts';
import { listColumns } from './columns.tsx';
import type { ArrangementState } from './use-grid-table.ts';

const facts = new Map(listColumns.map((column) => [column.id, column]));

export default function ColumnDialog({
  state: { arrangement, keep, reset },
  onClose,
}: {
  readonly state: ArrangementState;
  readonly onClose: () => void;
}) {
  const list = useRef<HTMLOListElement>(null);
  /** The button that moved a row: the browser may lose the focus with the row. */
  const pressed = useRef<string | null>(null);
  const { columns } = arrangement;
  useEffect(() => {
    if (pressed.current === null || columns.length === 0) return;
    const [id, way] = pressed.current.split(' ');
    pressed.current = null;
    const row = list.current?.querySelector(`[data-column="${id}"]`);
    const same = row?.querySelector<HTMLButtonElement>(`[data-way="${way}"]:not(:disabled)`);
    (same ?? row?.querySelector<HTMLButtonElement>('[data-way]:not(:disabled)'))?.focus();
  }, [columns]);
  const move = (id: string, label: string, step: 1 | -1) => {
    pressed.current = `${id} ${step}`;
    const next = moveColumn(arrangement, id, step);
    keep(next);
    const at = next.columns.findIndex((column) => column.id === id);
    announce(`${label} is column ${at + 1} of ${columns.length}`);
  };
  return (
    <Dialog
      title="Columns"
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="sm"
      footer={
        <>
          <Button onPress={reset}>Back to the usual columns</Button>
          <Button variant="primary" onPress={onClose}>
            Done
          </Button>
        </>
      }
    >
      <p className="mb-2 text-xs text-ink-3">
        Kept with your account. Borders can be dragged in the list as well.
      </p>
      <ol ref={list} className="flex flex-col">
        {columns.map(({ id, isShown, widthPx }, at) => {
          const column = facts.get(id);
          if (!column) return null;
          const { label } = column;
          return (
            <li
              key={id}
              data-column={id}
              className="flex min-h-10 items-center gap-2 border-b last:border-b-0"
            >
              <CheckboxField
                label={label}
                isSelected={isShown}
                isDisabled={column.isFixed ?? false}
                onChange={(next) => keep(showColumn(arrangement, id, next))}
                className="min-w-0 flex-1"
              />
              <WidthInput
                // Anew when it was dragged or reset, so that the field shows what holds.
                key={widthPx}
                label={`Width of ${label} in pixels`}
                widthPx={widthPx}
                isDisabled={!isShown}
                onCommit={(next) => keep(sizeColumn(arrangement, id, next))}
              />
              <span className="flex">
                {([-1, 1] as const).map((step) => (
                  <IconButton
                    key={step}
                    size="sm"
                    data-way={step}
                    label={step === -1 ? `Move ${label} up` : `Move ${label} down`}
                    isDisabled={step === -1 ? at === 0 : at === columns.length - 1}
                    onPress={() => move(id, label, step)}
                  >
                    {step === -1 ? <ArrowUp aria-hidden /> : <ArrowDown aria-hidden />}
                  </IconButton>
                ))}
              </span>
            </li>
          );
        })}
      </ol>
    </Dialog>
  );
}

/** Taken over with Enter, or when the field is left: half a number is no width. */
function WidthInput({
  label,
  widthPx,
  isDisabled,
  onCommit,
}: {
  readonly label: string;
  readonly widthPx: number;
  readonly isDisabled: boolean;
  readonly onCommit: (widthPx: number) => void;
}) {
  return (
    <span className="flex items-center gap-1 text-xs text-ink-3">
      <input
        type="number"
        aria-label={label}
        defaultValue={widthPx}
        min={columnWidthPx.least}
        max={columnWidthPx.most}
        disabled={isDisabled}
        onBlur={({ currentTarget }) => {
          const next = currentTarget.valueAsNumber;
          if (Number.isNaN(next)) currentTarget.value = String(widthPx);
          else if (next !== widthPx) onCommit(next);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          event.currentTarget.blur();
        }}
        className="num h-7 w-16 rounded border border-edge/70 bg-surface px-1.5 text-right text-sm text-ink [appearance:textfield] hover:border-edge disabled:bg-inset disabled:text-ink-3 [&::-webkit-inner-spin-button]:appearance-none"
      />
      px
    </span>
  );
}
