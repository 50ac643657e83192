import { describe, expect, it } from 'vitest';
import { faultsOf, operatorsOf, type PlanBounds, seeks } from './showplan.ts';

/** In the shape of https://schemas.microsoft.com/sqlserver/2004/07/showplan/, as SQL Server 2022 writes actual plans. */
const showplan = (operators: string, text = 'SELECT TOP (@limit) …') =>
  `<ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan" Version="1.564" Build="16.0.4135.4"><BatchSequence><Batch><Statements>
    <StmtSimple StatementText="${text}" StatementId="1" StatementCompId="3" StatementType="SELECT" StatementSubTreeCost="0.0033" StatementEstRows="10" StatementOptmLevel="FULL" QueryHash="0x8" QueryPlanHash="0x9">
    <StatementSetOptions QUOTED_IDENTIFIER="true" ARITHABORT="true" ANSI_NULLS="true"/>
    <QueryPlan DegreeOfParallelism="1" CachedPlanSize="24" CompileTime="1">${operators}</QueryPlan></StmtSimple>
  </Statements></Batch></BatchSequence></ShowPlanXML>`;

const counters = (rows: number, read?: number, thread = 0) =>
  `<RunTimeCountersPerThread Thread="${thread}" ActualRows="${rows}" ${read === undefined ? '' : `ActualRowsRead="${read}" `}Batches="0" ActualEndOfScans="0" ActualExecutions="1" ActualExecutionMode="Row" ActualElapsedms="0" ActualCPUms="0" ActualScans="1" ActualLogicalReads="3" ActualPhysicalReads="0"/>`;

const access = (
  kind: string,
  { table, index, lookup = '' }: { table: string; index?: string; lookup?: string },
  runTime: string,
) => `<RelOp NodeId="2" PhysicalOp="${kind}" LogicalOp="${kind}" EstimateRows="10" EstimatedRowsRead="10" TableCardinality="25000" Parallel="0">
    <OutputList><ColumnReference Database="[Holocron]" Schema="[ingest]" Table="[${table}]" Column="work_item_id"/></OutputList>
    <RunTimeInformation>${runTime}</RunTimeInformation>
    <IndexScan Ordered="1" ScanDirection="FORWARD" ${lookup} ForcedIndex="0" ForceSeek="0" NoExpandHint="0" Storage="RowStore"><DefinedValues/>
      <Object Database="[Holocron]" Schema="[ingest]" Table="[${table}]" ${index ? `Index="[${index}]"` : ''} IndexKind="NonClustered" Storage="RowStore"/>
    </IndexScan></RelOp>`;

const within = (kind: string, rows: number, inner: string) =>
  `<RelOp NodeId="0" PhysicalOp="${kind}" LogicalOp="${kind}" EstimateRows="10" Parallel="0"><OutputList/>
    <RunTimeInformation>${counters(rows)}</RunTimeInformation><${kind.replace(' ', '')}>${inner}</${kind.replace(' ', '')}></RelOp>`;

const seek = access(
  'Index Seek',
  { table: 'ready_items', index: 'IX_ready_items_source' },
  counters(10, 10),
);
const claiming: PlanBounds = { rowsRead: 100, sortedRows: 20, lookups: 'none' };
const faults = (operators: string, bounds = claiming) =>
  faultsOf(operatorsOf(showplan(operators)), bounds);

describe('an actual plan', () => {
  it('is read operator by operator, each with its own table and rows', () => {
    expect(operatorsOf(showplan(within('Top', 10, seek)))).toEqual([
      {
        statement: 'SELECT TOP (@limit) …',
        kind: 'Top',
        table: null,
        index: null,
        isLookup: false,
        rows: 10,
        rowsIn: 10,
        rowsRead: 10,
      },
      {
        statement: 'SELECT TOP (@limit) …',
        kind: 'Index Seek',
        table: 'ready_items',
        index: 'IX_ready_items_source',
        isLookup: false,
        rows: 10,
        rowsIn: 0,
        rowsRead: 10,
      },
    ]);
  });

  it('adds what the threads of a parallel scan have read', () => {
    const parallel = counters(1, 900, 1) + counters(2, 1100, 2);
    const [scan] = operatorsOf(
      showplan(access('Clustered Index Scan', { table: 'work_items' }, parallel)),
    );
    expect(scan).toMatchObject({ rows: 3, rowsRead: 2000 });
  });

  it('tells the statements of a procedure apart, and reads names that are quoted or prefixed', () => {
    const two = showplan(
      seek,
      'UPDATE [ingest].[work_items]&#13;&#10;  SET x = N&apos;a&apos;',
    ).replaceAll(/<(\/?)(RelOp|Object)/g, '<$1p:$2');
    expect(operatorsOf(two)).toMatchObject([
      { statement: "UPDATE [ingest].[work_items] SET x = N'a'", table: 'ready_items' },
    ]);
  });

  it('has none where there is no plan', () => {
    expect(operatorsOf('')).toEqual([]);
    expect(operatorsOf('no plan')).toEqual([]);
  });
});

describe('the bounds of a plan', () => {
  it('are kept by a seek that reads what it gives', () => {
    expect(faults(within('Top', 10, seek))).toEqual([]);
    expect(seeks(operatorsOf(showplan(seek)), 'ready_items')).toEqual(['IX_ready_items_source']);
  });

  it('are kept by an ordered scan that ends after a few rows', () => {
    const head = access(
      'Index Scan',
      { table: 'ready_items', index: 'IX_ready_items_order' },
      counters(10, 12),
    );
    expect(faults(within('Top', 10, head))).toEqual([]);
    expect(seeks(operatorsOf(showplan(head)), 'ready_items')).toEqual([]);
  });

  it('are broken by a scan that reads the table, however little it gives', () => {
    const scan = access(
      'Clustered Index Scan',
      { table: 'work_items', index: 'PK_work_items' },
      counters(10, 25_000),
    );
    expect(faults(scan)).toEqual([
      'Clustered Index Scan on work_items.PK_work_items reads 25000 rows to give 10: SELECT TOP (@limit) …',
    ]);
  });

  it('are broken by a seek that walks on and on', () => {
    const walk = access('Index Seek', { table: 'ready_items', index: 'IX' }, counters(10, 5_000));
    expect(faults(walk)).toHaveLength(1);
  });

  it.each(['Lookup="1"', 'Lookup="true"'])(
    'are broken by a key lookup (%s) where none is allowed',
    (lookup) => {
      const key = access(
        'Clustered Index Seek',
        { table: 'work_items', index: 'PK_work_items', lookup },
        counters(1, 1),
      );
      const plan = within('Nested Loops', 1, seek + key);
      expect(faults(plan)).toEqual([
        'a lookup into work_items.PK_work_items: SELECT TOP (@limit) …',
      ]);
      expect(faults(plan, { ...claiming, lookups: 'allowed' })).toEqual([]);
    },
  );

  it('are broken by a lookup into a heap', () => {
    expect(faults(access('RID Lookup', { table: 'seen_resources' }, counters(1, 1)))).toHaveLength(
      1,
    );
  });

  it('are broken by a sort of many rows, also where it gives the first few of them', () => {
    const many = access('Index Seek', { table: 'ready_items', index: 'IX' }, counters(90, 90));
    expect(faults(within('Sort', 10, seek))).toEqual([]);
    expect(faults(within('Sort', 10, many))).toEqual(['sorts 90 rows: SELECT TOP (@limit) …']);
  });

  it('are not those of table variables', () => {
    expect(faults(access('Table Scan', { table: '@look' }, counters(500, 500)))).toEqual([]);
  });
});
