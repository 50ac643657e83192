/** What came of mending one fault. */
export type Mended = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** A fault of the file system is told, not thrown: the next file may be mended all the same. */
export async function tried(act: () => Promise<unknown>): Promise<Mended> {
  try {
    await act();
    return { ok: true };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    return { ok: false, why: `the file system refused (${code})` };
  }
}
