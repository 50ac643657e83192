/** What shows data: badges, figures, tables, charts, facts and payloads. */
import { Check } from 'lucide-react';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { CopyId } from '#app/ui/copy.tsx';
import { JsonView } from '#app/ui/json-view.tsx';
import { KeyValue, None } from '#app/ui/key-value.tsx';
import { Num } from '#app/ui/num.tsx';
import { OutcomeBar } from '#app/ui/outcome-bar.tsx';
import { Pagination } from '#app/ui/pagination.tsx';
import { Sparkline } from '#app/ui/sparkline.tsx';
import { Stat, StatRow } from '#app/ui/stat.tsx';
import { StatusBadge, shownStatuses } from '#app/ui/status-badge.tsx';
import { SortHeader, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { TabLinks } from '#app/ui/tabs.tsx';
import { ThroughputChart } from '#app/ui/throughput-chart.tsx';
import { Time } from '#app/ui/time.tsx';
import { Group, Sample } from './sample.tsx';

const start = Date.UTC(2026, 0, 1, 12);
const points = Array.from({ length: 60 }, (_, at) => ({
  at: new Date(start + at * 60_000).toISOString(),
  completed: Math.round(40 + 30 * Math.sin(at / 6)),
  failed: at % 9 === 0 ? 6 : 0,
  retried: at % 7 === 0 ? 9 : 2,
}));

export function Data() {
  return (
    <>
      <Group title="Statuses">
        {shownStatuses.map((status) => (
          <Sample key={status} state={status}>
            <StatusBadge status={status} />
          </Sample>
        ))}
      </Group>
      <Group title="Figures">
        <Sample state="a row of figures" isWide>
          <StatRow>
            <Stat label="Pending" value={<Num value={12_345} />} detail="oldest waiting 3 min" />
            <Stat
              label="Completed"
              mark={<Check aria-hidden className="text-done" />}
              value={<Num value={9_876_543} />}
              detail="99 % of all"
              href="/work-items?status=completed"
              graph={
                <Sparkline
                  label="Completed in the last 1 h"
                  values={points.map(({ completed }) => completed)}
                  className="text-done"
                  width={72}
                />
              }
            />
            <Stat label="Failed" value={<Num value={0} />} />
          </StatRow>
        </Sample>
        <Sample state="outcome, mixed">
          <OutcomeBar
            counts={{ completed: 60, failed: 12, skipped: 8, in_progress: 5, pending: 15 }}
            className="h-3 w-64"
          />
        </Sample>
        <Sample state="outcome, nothing">
          <OutcomeBar counts={{}} className="h-3 w-64" />
        </Sample>
        <Sample state="ids and times">
          <span className="flex items-center gap-3 text-sm">
            <CopyId id="01a208b6-8cd3-76b8-b08e-fcaad8c6a179" />
            <Time at={points[0]?.at ?? null} />
            <Time at={null} />
            <None />
          </span>
        </Sample>
        <Sample state="chart" isWide>
          <ThroughputChart unit="minute" points={points} />
        </Sample>
      </Group>
      <Group title="Lists">
        <Sample state="tabs">
          <TabLinks
            label="Parts"
            tabs={[
              { href: '/design', label: 'All', isCurrent: true },
              { href: '/design?failed', label: 'Failed', count: 12, isCurrent: false },
            ]}
          />
        </Sample>
        {([false, true] as const).map((isDense) => (
          <Sample key={String(isDense)} state={isDense ? 'table, dense' : 'table'} isWide>
            <TableRegion label={isDense ? 'Dense items' : 'Items'} isDense={isDense}>
              <Thead>
                <tr>
                  <Th>Status</Th>
                  <SortHeader direction="desc" href="/design">
                    Resource
                  </SortHeader>
                  <SortHeader direction={null} href="/design" align="right">
                    Attempts
                  </SortHeader>
                </tr>
              </Thead>
              <tbody>
                <Tr>
                  <Td>
                    <StatusBadge status="completed" />
                  </Td>
                  <Td>Star_Wars</Td>
                  <Td align="right">
                    <Num value={1} />
                  </Td>
                </Tr>
                <Tr isSelected>
                  <Td>
                    <StatusBadge status="failed" />
                  </Td>
                  <Td>Selected</Td>
                  <Td align="right">
                    <Num value={4} />
                  </Td>
                </Tr>
                <Tr isActive>
                  <Td>
                    <StatusBadge status="pending" />
                  </Td>
                  <Td>Under the cursor</Td>
                  <Td align="right">
                    <Num value={0} />
                  </Td>
                </Tr>
              </tbody>
            </TableRegion>
            <Pagination
              label={isDense ? 'Dense pages' : 'Pages'}
              summary="3 of 12,345 items"
              previousHref={null}
              nextHref="/design"
            />
          </Sample>
        ))}
      </Group>
      <Group title="Facts and payloads">
        <Sample state="facts">
          <KeyValue
            entries={[
              { label: 'Started', value: <Time at={points[0]?.at ?? null} /> },
              { label: 'Sources', value: 'wiki' },
              { label: 'Priority', value: <None /> },
            ]}
          />
        </Sample>
        <Sample state="json">
          <JsonView
            label="A payload"
            value={{ title: 'Star Wars', year: 1977, tags: ['film', null, true], links: {} }}
          />
        </Sample>
        <Sample state="code">
          <CodeBlock label="A file">{'sources:\n  - name: wiki\n    type: mediawiki'}</CodeBlock>
        </Sample>
      </Group>
    </>
  );
}
