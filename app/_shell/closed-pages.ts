/** Which pages refuse whoever sees some sources: those of the whole deployment, and one below the settings. */
import { places } from './navigation.ts';

const ofAll = places.flatMap((place) => (place.ofAll ? [place.href] : []));

/** A pattern of their addresses. */
export const closedPages = `^(?:${[...ofAll, '/settings/database'].join('|')})(?:[/?#]|$)`;
