'use client';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import { AriaRoot } from '#app/ui/aria-root.tsx';

/** The drawer of an item over the whole of a narrow screen. */
export default function ItemSheet({
  label,
  onClose,
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <AriaRoot>
      <ModalOverlay isOpen onOpenChange={onClose} className="appear fixed inset-0 z-50 bg-shade">
        <Modal className="ml-auto h-dvh w-full max-w-xl bg-surface">
          <AriaDialog aria-label={label} className="h-full overflow-y-auto outline-none">
            {children}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </AriaRoot>
  );
}
