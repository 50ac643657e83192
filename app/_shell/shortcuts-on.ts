/** Which shortcuts the palette offers where. */
export interface Shortcut {
  readonly href: string;
  readonly label: string;
  /** Where it leads. */
  readonly detail: string;
  /** Offered on the page of one alone, or on any; its address is what it asks of the page that is there. */
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

/** Those that are of use on a page. */
export const shortcutsOn = (pathname: string, all: readonly Shortcut[]): readonly Shortcut[] =>
  all.filter(({ of }) => of === undefined || pageOf[of].test(pathname));
