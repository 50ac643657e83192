'use client';
/** LeaveGuard: while it is there, it asks before a link, or the closing of the tab, leaves a form that was changed. */
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { ConfirmDialog } from './dialog.tsx';
import { mayLeaveFreely } from './may-leave.ts';

/** The address within the console that a click would lead to, null for any other click. */
function addressOf(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement)) return null;
  if (link.target !== '' && link.target !== '_self') return null;
  if (link.hasAttribute('download') || link.origin !== window.location.origin) return null;
  const address = link.pathname + link.search + link.hash;
  const here = window.location.pathname + window.location.search;
  return link.pathname + link.search === here ? null : address;
}

export function LeaveGuard() {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      const address = addressOf(event);
      if (address === null) return;
      event.preventDefault();
      setTarget(address);
    };
    const onClose = (event: BeforeUnloadEvent) => {
      if (!mayLeaveFreely()) event.preventDefault();
    };
    document.addEventListener('click', onClick, { capture: true });
    window.addEventListener('beforeunload', onClose);
    return () => {
      document.removeEventListener('click', onClick, { capture: true });
      window.removeEventListener('beforeunload', onClose);
    };
  }, []);
  return (
    <ConfirmDialog
      isOpen={target !== null}
      onOpenChange={() => setTarget(null)}
      title="Leave without saving?"
      confirmLabel="Leave"
      cancelLabel="Stay"
      onConfirm={() => {
        if (target !== null) router.push(target);
        setTarget(null);
      }}
    >
      <p>What you typed is kept in this tab and comes back when you open the form again.</p>
    </ConfirmDialog>
  );
}
