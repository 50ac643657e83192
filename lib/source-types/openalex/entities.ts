/** The kinds of entities OpenAlex has beside works, and their ids: a letter for the kind, and a number. */

export const entityKinds = [
  'author',
  'institution',
  'source',
  'topic',
  'funder',
  'publisher',
] as const;
export type EntityKind = (typeof entityKinds)[number];
/** `work` is one of them to the API. */
export const kindsListed = ['work', ...entityKinds] as const;
export type KindListed = (typeof kindsListed)[number];

const letters: Readonly<Record<string, KindListed>> = {
  W: 'work',
  A: 'author',
  I: 'institution',
  S: 'source',
  T: 'topic',
  F: 'funder',
  P: 'publisher',
};

/** `https://openalex.org/A5023888391`, `A5023888391` → its kind and id; null when it is none. */
export function entityOf(text: string): { readonly kind: KindListed; readonly id: string } | null {
  const [, letter = '', number] =
    /^(?:https?:\/\/(?:api\.)?openalex\.org\/(?:[a-z]{1,20}\/)?)?([a-z])(\d{1,18})$/i.exec(
      text.trim(),
    ) ?? [];
  const kind = letters[letter.toUpperCase()];
  return kind === undefined ? null : { kind, id: `${letter.toUpperCase()}${number}` };
}

/** `/authors`, as the API names the list of a kind. */
export const pathOf = (kind: KindListed): string => `/${kind}s`;

export const isEntityKind = (kind: string): kind is EntityKind =>
  entityKinds.some((one) => one === kind);
