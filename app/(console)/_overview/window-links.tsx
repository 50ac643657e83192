/** Switches between the windows of time of a page. */
import { ChipLink } from '#app/ui/chip.tsx';
import { type ThroughputWindow, throughputWindows } from '#lib/metrics/model.ts';
import { windowWords } from './windows.ts';

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
