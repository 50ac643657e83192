/** How far the log is chained, and what its last verification found. */
import { Banner } from '#app/ui/banner.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { countOf, Num } from '#app/ui/num.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ChainState } from '#lib/audit/chain-state.ts';
import { VerifyButton } from './verify-button.tsx';

/** Sealing is a matter of seconds while a worker lives, ms. */
const lateMs = 600_000;

export function ChainLine({
  state: { head, purgedTo, unsealed, unsealedSince, verified },
  mayVerify,
}: {
  readonly state: ChainState;
  readonly mayVerify: boolean;
}) {
  const isLate = unsealedSince !== null && Date.now() - Date.parse(unsealedSince) > lateMs;
  return (
    <>
      {verified && !verified.isWhole ? (
        <Banner kind="failed" title="The last verification found that the log was changed">
          {verified.summary} <Time at={verified.at} />, {verified.by}.
        </Banner>
      ) : null}
      {isLate ? (
        <Banner
          kind="warn"
          title={`${countOf(unsealed, 'entry is', 'entries are')} not sealed yet`}
        >
          The oldest since <Time at={unsealedSince} />. Workers seal what is written within seconds:
          none seems to be at work.
        </Banner>
      ) : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-2">
        {head.position === 0 ? (
          <span>No entry is sealed yet.</span>
        ) : (
          <span className="inline-flex flex-wrap items-center gap-1">
            Sealed up to entry <Num value={head.position} /> · hash
            <CopyId id={`${head.position}:${head.hash}`} text={head.hash.slice(0, 12)} />
          </span>
        )}
        {unsealed > 0 && !isLate ? (
          <span>{countOf(unsealed, 'entry', 'entries')} about to be</span>
        ) : null}
        {purgedTo > 0 ? (
          <span>
            Up to <Num value={purgedTo} /> taken by retention
          </span>
        ) : null}
        {verified === null ? (
          <span>Never verified</span>
        ) : verified.isWhole ? (
          <span>
            Verified <Time at={verified.at} />
          </span>
        ) : null}
        {mayVerify && head.position > 0 ? <VerifyButton /> : null}
      </div>
    </>
  );
}
