/** Whether the MediaWiki lane can run here; says so when it cannot, so that a skip is never silent. */
import { findMediaWiki, type MediaWikiPackages } from './packages.ts';

/** The packages, or null after printing why the lane is left out. */
export function mediaWikiLane(): MediaWikiPackages | null {
  const found = findMediaWiki();
  if (!('missing' in found)) return found;
  console.log(`MediaWiki lane left out: not installed (${found.missing.join(', ')})`);
  return null;
}
