/** The mark: a faceted cube. */
export function Mark({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <path d="M16 2 28.5 9.2 16 16.4 3.5 9.2Z" fill="currentColor" opacity=".95" />
      <path d="M3.5 9.2 16 16.4V30.6L3.5 23.4Z" fill="currentColor" opacity=".55" />
      <path d="M28.5 9.2 16 16.4V30.6L28.5 23.4Z" fill="currentColor" opacity=".75" />
      <path d="M16 16.4 9.6 12.7 16 9 22.4 12.7Z" fill="var(--surface)" opacity=".9" />
      <path d="M16 16.4 9.6 12.7V20L16 23.7Z" fill="var(--surface)" opacity=".35" />
      <path d="M16 16.4 22.4 12.7V20L16 23.7Z" fill="var(--surface)" opacity=".6" />
    </svg>
  );
}
