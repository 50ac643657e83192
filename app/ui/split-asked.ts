/**
 * An address without what it asks to open (`?do=pause-…`), and that; an address of nothing else is of the page that is there.
 */
export function splitAsked(href: string): { readonly href: string; readonly asked: string | null } {
  const at = href.indexOf('?');
  const search = new URLSearchParams(at < 0 ? '' : href.slice(at));
  const asked = search.get('do');
  if (asked === null) return { href, asked: null };
  search.delete('do');
  const path = href.slice(0, at);
  return {
    href: search.size === 0 ? path : `${path}?${search}`,
    asked: asked === '' ? null : asked,
  };
}
