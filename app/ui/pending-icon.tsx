'use client';
/** PendingIcon: a link's icon, which turns while the page that the link leads to is on its way. */
import { LoaderCircle } from 'lucide-react';
import { useLinkStatus } from 'next/link';
import type { ReactNode } from 'react';

export function PendingIcon({ children }: { readonly children: ReactNode }) {
  const { pending } = useLinkStatus();
  return pending ? <LoaderCircle aria-hidden className="animate-spin" /> : children;
}
