/** Says that versions are held, and lets whoever may decide of the item. */
import { Banner } from '#app/ui/banner.tsx';
import { Link } from '#app/ui/link.tsx';
import type { Held } from '#lib/quarantine/read.ts';
import { DecideItemButtons } from './decide-buttons.tsx';

export function HeldBanner({
  held,
  workItemId,
  mayDecide,
  what,
}: {
  readonly held: Held;
  readonly workItemId: string | null;
  readonly mayDecide: boolean;
  /** `This version`, `The newest version`. */
  readonly what: string;
}) {
  if (held.state === 'discarded') {
    return (
      <Banner kind="info" title={`${what} was discarded`}>
        It is kept as it was received, and is not current.
      </Banner>
    );
  }
  return (
    <Banner
      kind="warn"
      title={`${what} is held until somebody decides`}
      action={
        mayDecide && workItemId !== null ? (
          <DecideItemButtons quarantineId={held.quarantineId} workItemId={workItemId} />
        ) : null
      }
    >
      What its source answers looks wrong, so that the version before it stays current.{' '}
      <Link href="/alerts?tab=quarantine" className="link">
        Decide of the whole source
      </Link>
    </Banner>
  );
}
