/** NotWhile: why something does not end, where a time would stand; StandsStill: the same as a banner of its page. */
import { Banner } from '#app/ui/banner.tsx';
import { Time } from '#app/ui/time.tsx';
import { whileWords } from '#lib/items/waiting/stands-still.ts';
import type { WaitingReason } from '#lib/items/waiting/waiting-reasons.ts';

export function NotWhile({ waits }: { readonly waits: WaitingReason }) {
  return (
    <span title={waits.sentence}>
      not while {whileWords[waits.code] ?? 'it waits'}
      {waits.until === null ? null : (
        <>
          , until <Time at={waits.until} />
        </>
      )}
    </span>
  );
}

export function StandsStill({ waits }: { readonly waits: WaitingReason | null }) {
  // Every page says so already.
  if (waits === null || waits.code === 'stopped') return null;
  return (
    <Banner kind="warn" title={`It stands still. ${waits.sentence}`}>
      {waits.until === null ? (
        waits.change
      ) : (
        <>
          This ends <Time at={waits.until} />.
        </>
      )}
    </Banner>
  );
}
