/** Names this crawler when a source has no user agent of its own and must name a contact. */
const product = 'HolocronIngest/0.1';

/**
 * The User-Agent header of a source, or null to let the deployment's own stand. A contact is added
 * when the given user agent does not name it already.
 */
export function userAgentOf(
  userAgent: string | undefined,
  contact: string | undefined,
): string | null {
  if (contact === undefined) return userAgent ?? null;
  if (userAgent?.includes(contact)) return userAgent;
  return `${userAgent ?? product} (${contact})`;
}
