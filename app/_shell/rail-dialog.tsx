'use client';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import { AriaRoot } from '#app/ui/aria-root.tsx';
import { Mark } from '#app/ui/mark.tsx';

/** The open drawer of the rail. */
export default function RailDialog({
  onClose,
  children,
}: {
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <AriaRoot>
      <ModalOverlay
        isOpen
        onOpenChange={onClose}
        isDismissable
        className="appear fixed inset-0 z-50 flex bg-shade"
      >
        <Modal className="h-dvh w-64 border-r border-line-strong bg-surface">
          <AriaDialog
            aria-label="Navigation"
            className="flex h-full flex-col gap-3 overflow-y-auto py-3 outline-none"
          >
            <span className="flex items-center gap-2 px-4 text-sm font-semibold">
              <Mark className="size-6 text-accent" />
              Holocron Ingest
            </span>
            <nav aria-label="Console">{children}</nav>
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </AriaRoot>
  );
}
