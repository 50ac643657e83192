/** What is not told for the time being: why, by whom and until when. */
import { BellOff } from 'lucide-react';
import { UnmuteButton } from '#app/_shared/mute/mute-button.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { EmptyState } from '#app/ui/states.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { Mute } from '#lib/alerts/mutes.ts';

export function Mutes({
  mutes,
  mayChange,
}: {
  readonly mutes: readonly Mute[];
  readonly mayChange: boolean;
}) {
  if (mutes.length === 0) {
    return (
      <EmptyState icon={<BellOff aria-hidden />} title="Nothing is muted">
        A rule, a source or a group of failures can be muted until a time: beside an open alert, in
        the list of rules, and on the page Failures. Channels are not told of it meanwhile.
      </EmptyState>
    );
  }
  return (
    <TableRegion label="Muted">
      <Thead>
        <tr>
          <Th>What is muted</Th>
          <Th className="max-sm:hidden">Why</Th>
          <Th className="max-sm:hidden">Until</Th>
          <Th className="max-sm:hidden">By</Th>
          {mayChange ? <ActionsTh className="max-sm:hidden" /> : null}
        </tr>
      </Thead>
      <tbody>
        {mutes.map((mute) => (
          <Tr key={mute.muteId}>
            <Td className="min-w-40 whitespace-normal py-1.5 font-medium sm:w-2/5">
              <bdi className="wrap-anywhere">{mute.label.replace(/^the /, 'The ')}</bdi>
              <div className="flex flex-col items-start gap-1 text-xs font-normal text-ink-2 sm:hidden">
                <span className="wrap-anywhere">
                  <Foreign text={mute.reason} />
                </span>
                <span>
                  ends <Time at={mute.until} />, by {mute.mutedBy}
                </span>
                {mayChange ? <UnmuteButton mute={mute} /> : null}
              </div>
            </Td>
            <Td className="min-w-40 whitespace-normal wrap-anywhere max-sm:hidden">
              <Foreign text={mute.reason} />
            </Td>
            <Td className="max-sm:hidden">
              <Time at={mute.until} />
            </Td>
            <Td className="wrap-anywhere max-sm:hidden">
              {mute.mutedBy}, <Time at={mute.mutedAt} />
            </Td>
            {mayChange ? (
              <Td align="right" className="max-sm:hidden">
                <UnmuteButton mute={mute} />
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
