'use client';
/**
 * Dialog (controlled, with title and footer), ConfirmDialog, which states what will happen and to how many
 * before it is done, and FormDialog. What makes a dialog one is loaded when the first opens.
 */
import { lazy, type ReactNode, Suspense, useId } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { ErrorBanner } from './banner.tsx';
import { Button } from './button.tsx';
import { usePauseLive } from './live.tsx';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  readonly children: ReactNode;
  /** What will happen, and to how many: always in view, above the buttons, however long the content is. */
  readonly told?: ReactNode;
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

/** A few fields, a button that sends them, and what came back when they were refused. */
export function FormDialog({
  submitLabel,
  cancelLabel = 'Discard',
  isDangerous = false,
  isPending,
  isDisabled = false,
  error,
  onSubmit,
  onClose,
  children,
  ...frame
}: Pick<DialogProps, 'title' | 'size' | 'role' | 'told'> & {
  /** The verb of the action: "Save schedule", never "OK". */
  readonly submitLabel: string;
  readonly cancelLabel?: string;
  readonly isDangerous?: boolean;
  readonly isPending: boolean;
  readonly isDisabled?: boolean;
  readonly error: PublicError | null;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const form = useId();
  // The page behind it does not refresh while the form is being filled in.
  usePauseLive(true);
  return (
    <Dialog
      {...frame}
      isOpen
      // A click beside it loses nothing that was typed.
      isDismissable={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      footer={
        <>
          <Button onPress={onClose}>{cancelLabel}</Button>
          <Button
            type="submit"
            form={form}
            variant={isDangerous ? 'danger' : 'primary'}
            isPending={isPending}
            isDisabled={isDisabled}
          >
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          // Also where the dialog was opened from within another form.
          event.stopPropagation();
          onSubmit();
        }}
      >
        <ErrorBanner error={error} />
        {children}
      </form>
    </Dialog>
  );
}
