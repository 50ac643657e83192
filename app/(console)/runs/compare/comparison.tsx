/** The tables of a comparison: a line per figure, a column per run, and how they differ. */
import type { ReactNode } from 'react';
import { outcomeCounts, RunStatusBadge } from '#app/_shared/run-words.tsx';
import { Foreign } from '#app/ui/foreign-text.tsx';
import { None } from '#app/ui/key-value.tsx';
import { Link } from '#app/ui/link.tsx';
import { formatCount, formatDuration, formatShare, Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ComparedError, RunComparison, RunFigures } from '#lib/runs/compare-runs.ts';
import { kindInWords } from '#lib/runs/run-name.ts';

type Runs = RunComparison['runs'];

/** Called, not a component: the table reads the names of its columns from what it holds. */
function heads(runs: Runs, first: string) {
  return (
    <Thead>
      <tr>
        <Th>{first}</Th>
        {runs.map(({ run }) => (
          <Th key={run.runId} align="right">
            <Link
              href={`/runs/${run.runId}`}
              title={run.name}
              className="link ml-auto block w-fit max-w-24 truncate sm:max-w-40"
            >
              <Foreign text={run.name} />
            </Link>
          </Th>
        ))}
        <Th align="right">Difference</Th>
      </tr>
    </Thead>
  );
}

interface Fact {
  readonly label: string;
  readonly show: (figures: RunFigures) => ReactNode;
}

const facts: readonly Fact[] = [
  { label: 'Status', show: ({ run }) => <RunStatusBadge run={run} /> },
  { label: 'Kind', show: ({ run }) => kindInWords(run.kind) },
  { label: 'Started', show: ({ run }) => <Time at={run.startedAt} /> },
  { label: 'Launched by', show: ({ run }) => run.launchedBy ?? <None /> },
  {
    label: 'Outcome',
    show: ({ run }) => <OutcomeBar counts={outcomeCounts(run)} className="ml-auto w-16 sm:w-40" />,
  },
];

interface Figure {
  readonly label: string;
  readonly of: (figures: RunFigures) => number;
  readonly format?: (value: number) => string;
  /** A share of this is said beside it. */
  readonly whole?: (figures: RunFigures) => number;
}

const perMinute = (rate: number) => (rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate)));
const total = ({ run }: RunFigures) => run.itemsTotal;

const figures: readonly Figure[] = [
  { label: 'Took', of: ({ tookMs }) => tookMs, format: formatDuration },
  { label: 'Items', of: total },
  { label: 'Completed', of: ({ run }) => run.itemsSucceeded, whole: total },
  { label: 'Unchanged among them', of: ({ run }) => run.itemsUnchanged, whole: total },
  { label: 'Failed', of: ({ run }) => run.itemsFailed, whole: total },
  { label: 'Skipped', of: ({ run }) => run.itemsSkipped, whole: total },
  { label: 'Missing among them', of: ({ run }) => run.itemsMissing, whole: total },
  { label: 'Discovered', of: ({ run }) => run.itemsDiscovered },
  { label: 'Attempts retried', of: ({ run }) => run.itemsRetried },
  { label: 'Requests sent', of: ({ run }) => run.requestsSent },
  { label: 'Items per minute', of: ({ itemsPerMinute }) => itemsPerMinute, format: perMinute },
];

export function ComparedFigures({ runs }: { readonly runs: Runs }) {
  return (
    <TableRegion label="Figures of both runs">
      {heads(runs, 'Figure')}
      <tbody>
        {facts.map(({ label, show }) => (
          <Tr key={label}>
            <Td className="text-ink-2">{label}</Td>
            {runs.map((one) => (
              <Td key={one.run.runId} align="right">
                {show(one)}
              </Td>
            ))}
            <Td align="right" />
          </Tr>
        ))}
        {figures.map(({ label, of, format = formatCount, whole }) => (
          <Tr key={label}>
            <Td className="text-ink-2">{label}</Td>
            {runs.map((one) => (
              <Td key={one.run.runId} align="right" className="num">
                {whole ? (
                  <span className="mr-3 text-xs text-ink-3">
                    {formatShare(of(one), whole(one))}
                  </span>
                ) : null}
                {format(of(one))}
              </Td>
            ))}
            <Td align="right" className="num text-ink-2">
              {difference(of(runs[0]), of(runs[1]), format)}
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

export function ComparedErrors({
  runs,
  errors,
}: {
  readonly runs: Runs;
  readonly errors: readonly ComparedError[];
}) {
  if (errors.length === 0) {
    return <p className="p-3 text-sm text-ink-3">Neither run has a failed item.</p>;
  }
  return (
    <TableRegion label="Failed items by code" className="rounded-none border-0">
      {heads(runs, 'Code')}
      <tbody>
        {errors.map(({ errorCode, counts }) => (
          <Tr key={errorCode ?? ''}>
            <Td className="mono">{errorCode ?? <None word="no code" />}</Td>
            {runs.map(({ run }, at) => (
              <Td key={run.runId} align="right">
                {errorCode !== null && (counts[at] ?? 0) > 0 ? (
                  <Link
                    href={`/work-items?run=${run.runId}&status=failed&error=${errorCode}`}
                    className="link num"
                  >
                    {formatCount(counts[at] ?? 0)}
                  </Link>
                ) : (
                  <Num value={counts[at] ?? 0} />
                )}
              </Td>
            ))}
            <Td align="right" className="num text-ink-2">
              {difference(counts[0], counts[1])}
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

export function ComparedSources({
  runs,
  sources,
}: {
  readonly runs: Runs;
  readonly sources: RunComparison['sources'];
}) {
  if (sources.length === 0) {
    return <p className="p-3 text-sm text-ink-3">Neither run recorded which sources it used.</p>;
  }
  return (
    <TableRegion label="Sources of both runs" className="rounded-none border-0">
      {heads(runs, 'Source')}
      <tbody>
        {sources.map(({ name, revisions }) => (
          <Tr key={name}>
            <Td>
              <Foreign text={name} />
            </Td>
            {runs.map(({ run }, at) => (
              <Td key={run.runId} align="right" className="num">
                {revisions[at] ?? <None word="not included" />}
              </Td>
            ))}
            <Td align="right" className="text-ink-2">
              {revisions[0] === revisions[1] ? 'same' : 'differs'}
            </Td>
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

/** `+1,200 (+50 %)`, `−3`, `same`; the share is of the first, and left out where that is nothing. */
export function difference(
  first: number,
  second: number,
  format: (value: number) => string = formatCount,
): string {
  const change = second - first;
  if (change === 0) return 'same';
  const sign = change > 0 ? '+' : '−';
  const amount = `${sign}${format(Math.abs(change))}`;
  const percent = Math.round((Math.abs(change) / first) * 100);
  return first === 0 || percent === 0 ? amount : `${amount} (${sign}${formatCount(percent)} %)`;
}
