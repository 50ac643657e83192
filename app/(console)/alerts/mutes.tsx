/** What is not told for the time being: why, by whom and until when. */
import { BellOff } from 'lucide-react';
import { UnmuteButton } from '#app/_shared/mute/mute-button.tsx';
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
          <Th>Why</Th>
          <Th>Until</Th>
          <Th>By</Th>
          {mayChange ? <ActionsTh /> : null}
        </tr>
      </Thead>
      <tbody>
        {mutes.map((mute) => (
          <Tr key={mute.muteId}>
            <Td className="min-w-40 whitespace-normal py-1.5 font-medium">
              <bdi className="wrap-anywhere">{mute.label.replace(/^the /, 'The ')}</bdi>
            </Td>
            <Td className="w-full min-w-40 whitespace-normal wrap-anywhere">
              <bdi>{mute.reason}</bdi>
            </Td>
            <Td>
              <Time at={mute.until} />
            </Td>
            <Td>
              {mute.mutedBy}, <Time at={mute.mutedAt} />
            </Td>
            {mayChange ? (
              <Td align="right">
                <UnmuteButton mute={mute} />
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
