/**
 * The titles by which a name leads to its page, kept as the item's ETag: as long as none of them is touched,
 * the name leads to the same page. Pure.
 */

export interface AliasChain {
  /** Of the page it leads to. */
  readonly namespace: number;
  /** From the name as the wiki writes it to the title of the page; one title when only the spelling differs. */
  readonly titles: readonly string[];
}

/** The length of the column. */
const maxLength = 500;
const written = /^alias:(\d+):(.+)$/s;

/** Null when it cannot be kept: the name is then asked for each time. `|` is in no title. */
export function writeAliasChain({ namespace, titles }: AliasChain): string | null {
  const text = `alias:${namespace}:${titles.join('|')}`;
  return titles.length > 0 && text.length <= maxLength ? text : null;
}

/** Null for anything else. */
export function readAliasChain(etag: string | null): AliasChain | null {
  const [, namespace, titles] = written.exec(etag ?? '') ?? [];
  if (namespace === undefined || titles === undefined) return null;
  return { namespace: Number(namespace), titles: titles.split('|') };
}
