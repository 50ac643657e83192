'use client';
/** Tells the server the browser's time zone, once and when it has changed; the page is drawn again by it. */
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { timeZoneCookie } from '#app/ui/time-zone.ts';

export function TellTimeZone({ known }: { readonly known: string }) {
  const router = useRouter();
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || zone === known) return;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser
    document.cookie = `${timeZoneCookie}=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
    if (document.cookie.includes(timeZoneCookie)) router.refresh();
  }, [known, router]);
  return null;
}
