/** Ids of works: OpenAlex's own and DOIs, from however people write them. */

/** `2741809807`, `W2741809807` or its address → `W2741809807`; null when it is none. */
export function workIdOf(text: string): string | null {
  const id = /^(?:https?:\/\/(?:api\.)?openalex\.org\/(?:works\/)?)?[wW]?(\d{1,18})$/.exec(
    text.trim(),
  )?.[1];
  return id === undefined ? null : `W${id}`;
}

/** A DOI, its address or `doi:…` → the DOI in lower case (DOIs ignore case); null when it is none. */
export function doiOf(text: string): string | null {
  const doi = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:)?(10\.\d{4,9}\/\S{1,400})$/i.exec(
    text.trim(),
  )?.[1];
  return doi?.toLowerCase() ?? null;
}
