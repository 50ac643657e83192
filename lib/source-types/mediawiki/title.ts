/** Titles of MediaWiki pages, and the resource ids made of them. */

/** 255 bytes is MediaWiki's limit on a title without its namespace; prefixes add a little. */
const maxTitleBytes = 300;

/**
 * The resource id of a page: its title in NFC with underscores for blanks, as in its address
 * (`Star_Wars`). One page has one id, however it was written.
 */
export function resourceIdOfTitle(title: string): string {
  const [withoutFragment = ''] = title.normalize('NFC').split('#', 1);
  return withoutFragment.replaceAll(/[\s_\u00A0]+/gu, '_').replaceAll(/^[_:]+|_+$/gu, '');
}

/** The title a resource id stands for, in the form the API answers with. */
export const titleOfResourceId = (resourceId: string): string => resourceId.replaceAll('_', ' ');

/** Why no wiki can have a page of this title, as a sentence part; null when one may. */
export function titleFault(title: string): string | null {
  // MediaWiki's $wgLegalTitleChars excludes these; `|` would ask for two pages at once.
  const bad = /[|<>[\]{}\p{Cc}\uFFFD]/u.exec(title.replaceAll('\t', ' '));
  if (bad)
    return `titles must not contain ${/\p{Cc}/u.test(bad[0]) ? 'control characters' : bad[0]}`;
  const id = resourceIdOfTitle(title);
  if (id === '') return 'give a title';
  if (new TextEncoder().encode(id).length > maxTitleBytes) return 'titles have at most 255 bytes';
  return null;
}
