/** Whether the MediaWiki tests can run here; says so when it cannot, so that a skip is never silent. */
import { findMediaWiki, type MediaWikiPackages } from './packages.ts';

/** The packages, or null after printing why they are left out. */
export function availableMediaWiki(): MediaWikiPackages | null {
  const found = findMediaWiki();
  if (!('missing' in found)) return found;
  console.log(`MediaWiki tests left out: not installed (${found.missing.join(', ')})`);
  return null;
}
