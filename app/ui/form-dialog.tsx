'use client';
/** FormDialog: a few fields, a button that sends them, and what came back when they were refused. */
import { type ReactNode, useId } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { Button } from './button.tsx';
import { Dialog, type DialogProps } from './dialog.tsx';
import { ErrorBanner } from './error-banner.tsx';
import { usePauseLive } from './live.tsx';

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
}: Pick<DialogProps, 'title' | 'size' | 'role'> & {
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
  // What lies behind it keeps still while somebody fills it in.
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
