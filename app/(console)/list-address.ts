/** Addresses of lists: the address is the state of a list, and a change begins at its first page. */

/** @param changes parameters with their new texts; null removes one */
export function listAddress(
  path: `/${string}`,
  current: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | null | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current, cursor: null, ...changes })) {
    if (value) params.set(name, value);
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}
