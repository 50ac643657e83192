const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a changing request comes from one of our own pages. Next refuses a foreign Origin for
 * server actions but lets a missing one pass; here one of Origin and Sec-Fetch-Site must be there,
 * and each that is there must fit. Browsers send both, and a page cannot forge either.
 */
export function isSameOrigin(method: string, headers: Headers): boolean {
  if (safeMethods.has(method)) return true;
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site === null && origin === null) return false;
  if (site !== null && site !== 'same-origin') return false;
  if (origin === null) return true;
  const host = headers.get('x-forwarded-host') ?? headers.get('host');
  return URL.canParse(origin) && new URL(origin).host === host;
}
