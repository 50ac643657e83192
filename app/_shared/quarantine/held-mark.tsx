/** HeldMark: that a version is not current, in a list or beside a title. */
import { Link } from '#app/ui/link.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import type { Held } from '#lib/quarantine/read.ts';

/** Where the decision is, or was, made. */
export const HeldMark = ({ held }: { readonly held: Held }) => (
  <Link href="/alerts?tab=quarantine" className="w-fit" title="Not current: see the quarantine">
    <StatusBadge status={held.state === 'open' ? 'held' : 'discarded'} />
  </Link>
);
