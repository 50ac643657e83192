/** Which shortcuts the palette offers where. */
export interface Shortcut {
  readonly href: string;
  readonly label: string;
  /** Where it leads. */
  readonly detail: string;
  /** Offered on the page of one alone, or on any; its address is that of the page with this behind it. */
  readonly of?: 'run' | 'item' | 'any';
  /** What is written into the palette instead: a verb that asks for a name. */
  readonly fills?: string;
}

const pageOf = {
  any: /^\//,
  run: /^\/runs\/[0-9a-f-]{36}$/i,
  // Ids of an existing database need not be UUIDs.
  item: /^\/work-items\/[^/]+$/,
} as const;

/** Those that are of use on a page, with their whole addresses. */
export const shortcutsOn = (pathname: string, all: readonly Shortcut[]): readonly Shortcut[] =>
  all.flatMap((shortcut) => {
    if (shortcut.of === undefined) return [shortcut];
    return pageOf[shortcut.of].test(pathname)
      ? [{ ...shortcut, href: `${pathname}${shortcut.href}` }]
      : [];
  });
