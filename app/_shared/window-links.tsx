/** WindowLinks: switches between a page's windows of time; and how the windows are written. */
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
}: {
  readonly path: string;
  readonly current: ThroughputWindow;
  /** The window of the bare address. */
  readonly atFirst: ThroughputWindow;
}) {
  return (
    <nav aria-label="Window" className="flex gap-1">
      {throughputWindows.map((one) => (
        <ChipLink
          key={one}
          href={one === atFirst ? path : `${path}?window=${one}`}
          isCurrent={one === current}
        >
          {windowWords[one]}
        </ChipLink>
      ))}
    </nav>
  );
}
