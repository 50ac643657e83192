/**
 * The operators of an actual plan, as SQL Server writes them with SET STATISTICS XML ON, and what is wrong with them.
 * https://learn.microsoft.com/sql/relational-databases/showplan-logical-and-physical-operators-reference
 */
import { Parser } from 'htmlparser2';

export interface PlanOperator {
  /** The beginning of its statement, on one line. */
  readonly statement: string;
  /** `Index Seek`, `Sort`, … */
  readonly kind: string;
  /** The table and index that it works on, bare names; of a table variable the name begins with @. */
  readonly table: string | null;
  readonly index: string | null;
  /** Fetches what an index does not have, row by row. */
  readonly isLookup: boolean;
  /** Rows that it gave, of all threads; null in a plan that was not run. */
  readonly rows: number | null;
  /** Rows that the operators below gave it. */
  readonly rowsIn: number;
  /** Rows that it looked at to give these: the same, where the server does not tell. */
  readonly rowsRead: number | null;
}

type OpenOperator = { -readonly [K in keyof PlanOperator]: PlanOperator[K] };

const bare = (name: string | undefined) => name?.replace(/^\[|\]$/g, '') ?? null;
const isTrue = (flag: string | undefined) => flag === '1' || flag === 'true';

/** In the order in which the plan names them; none for a text that is no plan. */
export function operatorsOf(xml: string): PlanOperator[] {
  const found: PlanOperator[] = [];
  const open: OpenOperator[] = [];
  let statement = '';
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const element = name.replace(/^.*:/, '');
        const current = open.at(-1);
        if (element.startsWith('Stmt')) {
          statement = (attributes['StatementText'] ?? '').replace(/\s+/g, ' ').trim().slice(0, 160);
        } else if (element === 'RelOp') {
          const operator: OpenOperator = {
            statement,
            kind: attributes['PhysicalOp'] ?? '',
            table: null,
            index: null,
            isLookup: attributes['PhysicalOp'] === 'RID Lookup',
            rows: null,
            rowsIn: 0,
            rowsRead: null,
          };
          open.push(operator);
          found.push(operator);
        } else if (!current) return;
        else if (element === 'IndexScan' && isTrue(attributes['Lookup'])) current.isLookup = true;
        else if (element === 'Object' && current.table === null) {
          current.table = bare(attributes['Table']);
          current.index = bare(attributes['Index']);
        } else if (element === 'RunTimeCountersPerThread') {
          const rows = Number(attributes['ActualRows'] ?? 0);
          current.rows = (current.rows ?? 0) + rows;
          current.rowsRead = (current.rowsRead ?? 0) + Number(attributes['ActualRowsRead'] ?? rows);
        }
      },
      onclosetag(name) {
        if (name.replace(/^.*:/, '') !== 'RelOp') return;
        const given = open.pop()?.rows ?? 0;
        const above = open.at(-1);
        if (above) above.rowsIn += given;
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return found;
}

/** What a statement may do. */
export interface PlanBounds {
  /** Rows of one table that one operator looks at. */
  readonly rowsRead: number;
  readonly sortedRows: number;
  readonly lookups: 'allowed' | 'none';
}

const isAccess = ({ kind }: PlanOperator) => /\b(?:Seek|Scan|Lookup)$/.test(kind);
const ofTable = ({ table }: PlanOperator) => table !== null && !/^[@#]/.test(table);

/** A sentence for each operator that is beyond the bounds. */
export function faultsOf(operators: readonly PlanOperator[], bounds: PlanBounds): string[] {
  return operators.flatMap((operator) => {
    const { kind, table, index, isLookup, rows, rowsIn, rowsRead, statement } = operator;
    const where = index === null ? table : `${table}.${index}`;
    const faults: string[] = [];
    if (isAccess(operator) && ofTable(operator) && (rowsRead ?? 0) > bounds.rowsRead) {
      faults.push(`${kind} on ${where} reads ${rowsRead} rows to give ${rows}`);
    }
    if (isLookup && bounds.lookups === 'none') faults.push(`a lookup into ${where}`);
    // What it gives may be few of them: the first ones.
    if (kind === 'Sort' && rowsIn > bounds.sortedRows) faults.push(`sorts ${rowsIn} rows`);
    return faults.map((fault) => `${fault}: ${statement}`);
  });
}

/** Tables that are read by a seek of one of these indexes. */
export const seeks = (operators: readonly PlanOperator[], table: string): string[] =>
  operators
    .filter((one) => one.table === table && /Seek$/.test(one.kind))
    .map(({ index }) => index ?? '');
