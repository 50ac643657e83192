/** WindowLinks: switches between a page's windows of time; and how the windows are written. */
import { listAddress } from '#app/_shared/list-address.ts';
import { ChipLink } from '#app/ui/chip.tsx';
import { type ThroughputWindow, throughputWindows } from '#lib/metrics/model.ts';

export const windowWords: Readonly<Record<ThroughputWindow, string>> = {
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
};

export function WindowLinks({
  path,
  current,
  atFirst,
  kept = {},
}: {
  readonly path: `/${string}`;
  readonly current: ThroughputWindow;
  /** The window of the bare address. */
  readonly atFirst: ThroughputWindow;
  /** Other parameters of the address. */
  readonly kept?: Readonly<Record<string, string | undefined>>;
}) {
  return (
    <nav aria-label="Window" className="flex gap-1">
      {throughputWindows.map((one) => (
        <ChipLink
          key={one}
          href={listAddress(path, kept, { window: one === atFirst ? null : one })}
          isCurrent={one === current}
        >
          {windowWords[one]}
        </ChipLink>
      ))}
    </nav>
  );
}
