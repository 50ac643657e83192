'use client';
/**
 * Dialog (controlled, with title and footer) and ConfirmDialog, which
 * states what will happen and to how many before it is done.
 */
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button, IconButton } from './button.tsx';
import { cx } from './cx.ts';

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

const widths = { sm: 'max-w-md', md: 'max-w-xl', lg: 'max-w-4xl' };

function DialogFrame({
  title,
  children,
  footer,
  role = 'dialog',
  onClose,
}: Pick<DialogProps, 'title' | 'children' | 'footer' | 'role'> & { readonly onClose: () => void }) {
  return (
    <AriaDialog role={role} className="flex max-h-[inherit] min-h-0 flex-1 flex-col outline-none">
      <header className="flex items-center justify-between gap-4 border-b px-4 py-2.5">
        <Heading slot="title" className="text-base font-semibold">
          {title}
        </Heading>
        <IconButton label="Close" size="sm" onPress={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
      {footer ? (
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t px-4 py-3">
          {footer}
        </footer>
      ) : null}
    </AriaDialog>
  );
}

const overlayStyle = 'appear fixed inset-0 z-50 flex bg-shade';

export function Dialog({
  isOpen,
  onOpenChange,
  size = 'md',
  isDismissable = true,
  ...frame
}: DialogProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      isDismissable={isDismissable}
      className={cx(overlayStyle, 'items-start justify-center p-3 sm:p-10')}
    >
      <Modal
        className={cx(
          'flex max-h-[calc(100dvh-1.5rem)] w-full flex-col overflow-hidden rounded-lg border border-line-strong bg-raised shadow-float sm:max-h-[calc(100dvh-5rem)]',
          widths[size],
        )}
      >
        <DialogFrame {...frame} onClose={() => onOpenChange(false)} />
      </Modal>
    </ModalOverlay>
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
