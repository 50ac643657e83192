'use client';
import { X } from 'lucide-react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { AriaRoot } from './aria-root.tsx';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import type { DialogProps } from './dialog.tsx';
import { withVisibleMarks } from './foreign-text.tsx';

const widths = { sm: 'max-w-md', md: 'max-w-xl', lg: 'max-w-4xl' };

/** An open dialog: the shade, the box, title, content and footer. */
export default function DialogFrame({
  title,
  children,
  told,
  footer,
  role = 'dialog',
  size = 'md',
  isDismissable = true,
  onOpenChange,
}: Omit<DialogProps, 'isOpen'>) {
  return (
    <AriaRoot>
      <ModalOverlay
        isOpen
        onOpenChange={onOpenChange}
        isDismissable={isDismissable}
        className="appear fixed inset-0 z-50 flex items-start justify-center bg-shade p-3 sm:p-10"
      >
        <Modal
          className={cx(
            'flex max-h-[calc(100dvh-1.5rem)] w-full flex-col overflow-hidden rounded-lg border border-line-strong bg-raised shadow-float sm:max-h-[calc(100dvh-5rem)]',
            widths[size],
          )}
        >
          <AriaDialog
            role={role}
            className="flex max-h-[inherit] min-h-0 flex-1 flex-col outline-none"
          >
            <header className="flex items-center justify-between gap-4 border-b px-4 py-2.5">
              <Heading slot="title" className="text-base font-semibold">
                {withVisibleMarks(title)}
              </Heading>
              <IconButton label="Close" size="sm" onPress={() => onOpenChange(false)}>
                <X aria-hidden />
              </IconButton>
            </header>
            <div className="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
            {told ? <div className="px-4 pb-3">{told}</div> : null}
            {footer ? (
              <footer className="flex flex-wrap items-center justify-end gap-2 border-t px-4 py-3">
                {footer}
              </footer>
            ) : null}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </AriaRoot>
  );
}
