/** RunCurve: what a run has found against what it has done, and where its end is projected. Drawn on the server. */
import { NotWhile } from '#app/_shared/not-while.tsx';
import { None } from '#app/ui/key-value.tsx';
import { formatBytes, formatCount, formatDuration, Num } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { RunForecast } from '#lib/items/waiting/stands-still.ts';
import type { Run } from '#lib/runs/model.ts';
import { type CurvePoint, mostMediaRecords, type RunMedia } from '#lib/runs/run-curve.ts';

const width = 600;
const height = 160;

export function RunCurve({
  run,
  curve,
  forecast,
}: {
  readonly run: Run;
  /** From its beginning to its end, or to now. */
  readonly curve: readonly CurvePoint[];
  readonly forecast: RunForecast;
}) {
  const first = curve[0];
  const last = curve.at(-1);
  if (!first || !last) return null;
  const { etaMs } = forecast;
  const begin = Date.parse(first.at);
  const now = Date.parse(last.at);
  const end = now + (etaMs ?? 0);
  const most = Math.max(1, ...curve.map(({ found }) => found));
  const x = (at: number) => ((at - begin) / Math.max(1, end - begin)) * width;
  const y = (count: number) => height - 2 - (count / most) * (height - 8);
  const line = (of: (point: CurvePoint) => number) =>
    curve
      .map((point) => `${x(Date.parse(point.at)).toFixed(1)},${y(of(point)).toFixed(1)}`)
      .join(' ');
  const found = line((point) => point.found);
  const done = line((point) => point.done);
  const settled = line((point) => point.done + point.skipped);
  const words = `${formatCount(last.found)} items found, ${formatCount(last.done)} done${last.skipped > 0 ? `, ${formatCount(last.skipped)} skipped` : ''}`;
  return (
    <Section title="Found and done" aside={<Projected run={run} forecast={forecast} now={now} />}>
      <figure className="flex flex-col gap-2">
        <figcaption className="num flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
          <span className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-sm bg-pending-fill" />
            {formatCount(last.found)} found
          </span>
          <span className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-sm bg-done-fill" />
            {formatCount(last.done)} done
          </span>
          {last.skipped > 0 ? (
            <span className="flex items-center gap-1.5">
              <span aria-hidden className="size-2.5 rounded-sm bg-skipped-fill" />
              {formatCount(last.skipped)} skipped
            </span>
          ) : null}
          {etaMs === null ? null : <span>dashed: at the present rate</span>}
        </figcaption>
        <svg
          role="img"
          aria-label={words}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          className="h-40 w-full"
        >
          {last.skipped > 0 ? (
            <>
              <polyline
                points={`0,${height} ${settled} ${x(now).toFixed(1)},${height}`}
                className="fill-skipped-soft"
              />
              <Line points={settled} className="stroke-skipped-fill" />
            </>
          ) : null}
          <polyline
            points={`0,${height} ${done} ${x(now).toFixed(1)},${height}`}
            className="fill-done-soft"
          />
          <Line points={found} className="stroke-pending-fill" />
          <Line points={done} className="stroke-done-fill" />
          {etaMs === null ? null : (
            <Line
              points={`${x(now).toFixed(1)},${y(last.done + last.skipped).toFixed(1)} ${width},${y(last.found).toFixed(1)}`}
              className="stroke-done-fill"
              isDashed
            />
          )}
        </svg>
        <p className="flex justify-between text-xs text-ink-3">
          <Time at={first.at} />
          {run.completedAt === null ? (
            etaMs === null ? (
              'now'
            ) : (
              <span>in {formatDuration(etaMs)}</span>
            )
          ) : (
            <Time at={run.completedAt} />
          )}
        </p>
      </figure>
    </Section>
  );
}

function Line({
  points,
  className,
  isDashed = false,
}: {
  readonly points: string;
  readonly className: string;
  readonly isDashed?: boolean;
}) {
  return (
    <polyline
      points={points}
      fill="none"
      strokeWidth="2"
      strokeLinejoin="round"
      vectorEffect="non-scaling-stroke"
      {...(isDashed ? { strokeDasharray: '5 4' } : {})}
      className={className}
    />
  );
}

/** When it ends, or why nobody can tell. */
function Projected({
  run,
  forecast: { etaMs, waits, itemsPerMinute },
  now,
}: {
  readonly run: Run;
  readonly forecast: RunForecast;
  /** ms */
  readonly now: number;
}) {
  if (run.status !== 'running') return null;
  if (waits !== null) {
    return (
      <span>
        Its end: <NotWhile waits={waits} />
      </span>
    );
  }
  if (run.itemsTotal > 0 && run.itemsProcessed >= run.itemsTotal) return 'about to end';
  if (etaMs === null) return itemsPerMinute === 0 ? 'no rate yet' : null;
  return (
    <span>
      projected end <Time at={new Date(now + etaMs).toISOString()} />, while nothing more is found
    </span>
  );
}

/** What the run has stored, by media type. */
export function RunMediaTypes({ media }: { readonly media: RunMedia | null }) {
  return (
    <Section
      title="Stored, by media type"
      aside={media?.isPart ? `of the last ${formatCount(mostMediaRecords)} records` : null}
      isFlush
    >
      {media === null ? (
        <p className="p-3 text-sm text-ink-3">Not counted: it took longer than 2 s.</p>
      ) : media.types.length === 0 ? (
        <p className="p-3 text-sm text-ink-3">No record yet.</p>
      ) : (
        <TableRegion label="Stored, by media type" className="rounded-none border-0">
          <Thead>
            <tr>
              <Th>Media type</Th>
              <Th align="right">Records</Th>
              <Th align="right">Bytes</Th>
            </tr>
          </Thead>
          <tbody>
            {media.types.map(({ type, records, bytes }) => (
              <Tr key={type ?? ''}>
                <Td className="mono wrap-anywhere">{type ?? 'not said'}</Td>
                <Td align="right">
                  <Num value={records} />
                </Td>
                <Td align="right" className="num">
                  {bytes === 0 ? <None word="not known" /> : formatBytes(bytes)}
                </Td>
              </Tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </Section>
  );
}
