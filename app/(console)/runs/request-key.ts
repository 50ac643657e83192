/**
 * A key made once per intention: sent with a launch, so that a double click or a repeated request
 * launches one run. Not `crypto.randomUUID`, which browsers only offer on secure origins.
 */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
