/** What came of repairing one fault. */
export type Repaired = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** A fault of the file system is told, not thrown: the next file may be repaired all the same. */
export async function tried(act: () => Promise<unknown>): Promise<Repaired> {
  try {
    await act();
    return { ok: true };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    return { ok: false, why: `the file system refused (${code})` };
  }
}
