/** A section with nothing to show. */
export function Quiet({ children }: { readonly children: string }) {
  return <p className="px-3 py-5 text-sm text-ink-3">{children}</p>;
}
