'use client';
/**
 * Dialog (controlled, with title and footer) and ConfirmDialog, which states what will happen and to how
 * many before it is done. What makes a dialog one is loaded when the first opens.
 */
import { lazy, type ReactNode, Suspense } from 'react';
import { Button } from './button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly children: ReactNode;
  /** Buttons, right-aligned; the last is the main one. */
  readonly footer?: ReactNode;
  readonly size?: 'sm' | 'md' | 'lg';
  /** False keeps a form open when the person clicks beside it. */
  readonly isDismissable?: boolean;
  readonly role?: 'dialog' | 'alertdialog';
}

const DialogFrame = lazy(() => import('./dialog-frame.tsx'));

export function Dialog({ isOpen, ...frame }: DialogProps) {
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <DialogFrame {...frame} />
    </Suspense>
  );
}

export interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  /** A question or a statement: "Cancel this run?" */
  readonly title: string;
  /** What will happen, and to how many. */
  readonly children: ReactNode;
  /** The verb of the action: "Cancel run", never "OK". */
  readonly confirmLabel: string;
  readonly cancelLabel?: string;
  readonly isDangerous?: boolean;
  readonly isPending?: boolean;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
}

export function ConfirmDialog({
  isOpen,
  onOpenChange,
  title,
  children,
  confirmLabel,
  cancelLabel = 'Keep as it is',
  isDangerous = false,
  isPending = false,
  isDisabled = false,
  onConfirm,
}: ConfirmDialogProps) {
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      size="sm"
      role="alertdialog"
      footer={
        <>
          <Button onPress={() => onOpenChange(false)}>{cancelLabel}</Button>
          <Button
            variant={isDangerous ? 'danger' : 'primary'}
            isPending={isPending}
            isDisabled={isDisabled}
            onPress={onConfirm}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-2 text-sm text-ink-2">{children}</div>
    </Dialog>
  );
}
