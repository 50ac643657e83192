/** The schema as it is against what the migrations make: columns, indexes, triggers, procedures. */
import { sql } from 'kysely';
import { type Finding, type FindingCode, finding, ok } from '../../inspection.ts';
import type { FinalSchema } from '../../migrate/final-schema.ts';
import { type Check, count, isOn, numberOf, type Row, textOf } from './check.ts';
import {
  bare,
  type ExpectedIndex,
  type ExpectedTable,
  expectedTable,
  same,
  shapeOf,
} from './expected.ts';

const columnsQuery = (schema: string) => sql`
  select t.name as [table], c.name as [column], y.name as [type], c.max_length, c.precision, c.scale
  from sys.tables as t join sys.columns as c on c.object_id = t.object_id
  join sys.types as y on y.user_type_id = c.user_type_id
  where t.schema_id = schema_id(${schema})`;

const indexesQuery = (schema: string) => sql`
  select t.name as [table], i.name as [index], i.is_unique, i.is_disabled, i.allow_page_locks,
    ic.key_ordinal, ic.is_included_column, c.name as [column]
  from sys.tables as t join sys.indexes as i on i.object_id = t.object_id
  join sys.index_columns as ic on ic.object_id = i.object_id and ic.index_id = i.index_id
  join sys.columns as c on c.object_id = ic.object_id and c.column_id = ic.column_id
  where t.schema_id = schema_id(${schema}) and i.name is not null
  order by t.name, i.name, ic.key_ordinal, c.name`;

const modulesQuery = (schema: string) => sql`
  select o.name, o.type, m.uses_quoted_identifier, m.uses_ansi_nulls, r.is_disabled, m.definition
  from sys.objects as o left join sys.sql_modules as m on m.object_id = o.object_id
  left join sys.triggers as r on r.object_id = o.object_id
  where o.schema_id = schema_id(${schema}) and o.type in (N'P', N'TR', N'V')`;

/** @param original null on another product, which keeps neither the text of modules nor the options of locks */
export function schemaChecks(
  expected: FinalSchema,
  original: { readonly schema: string } | null,
): Check[] {
  const tables = expected.tables.map(expectedTable);
  return [
    {
      what: 'tables and columns',
      query: columnsQuery,
      judge: (rows) => ({ findings: judgeColumns(tables, rows) }),
    },
    {
      what: 'indexes',
      query: indexesQuery,
      judge: (rows) => ({
        findings: [...judgeIndexes(tables, rows), ...(original ? judgeQueueLocks(rows) : [])],
      }),
    },
    {
      what: 'triggers, procedures and views',
      query: modulesQuery,
      judge: (rows) => ({ findings: judgeModules(tables, expected, rows, original) }),
    },
  ];
}

/** `NVARCHAR(36)`, `DATETIME2(3)`; a length of 2 bytes a character is halved, -1 is MAX. */
function typeOf(row: Row): string {
  const type = textOf(row['type']).toUpperCase();
  const bytes = numberOf(row['max_length']);
  if (/^N(VAR)?CHAR$/.test(type)) return `${type}(${bytes === -1 ? 'MAX' : bytes / 2})`;
  if (/^(VAR)?(CHAR|BINARY)$/.test(type)) return `${type}(${bytes === -1 ? 'MAX' : bytes})`;
  if (/^(DATETIME2|TIME|DATETIMEOFFSET)$/.test(type)) return `${type}(${numberOf(row['scale'])})`;
  if (/^(DECIMAL|NUMERIC)$/.test(type))
    return `${type}(${numberOf(row['precision'])},${numberOf(row['scale'])})`;
  return type;
}

/** What the files leave to the server: DATETIME2 is DATETIME2(7). */
const spelledOut = (type: string) => (type === 'DATETIME2' ? 'DATETIME2(7)' : type);

const rerun =
  'Run “pnpm db:init”; if it says that nothing is pending, make it again from docs/schema-sqlserver.sql.';

export function judgeColumns(tables: readonly ExpectedTable[], rows: readonly Row[]): Finding[] {
  const there = groupBy(rows, (row) => same(textOf(row['table'])));
  const findings: Finding[] = [];
  const others: OtherType[] = [];
  for (const { name, columns } of tables) {
    const rowsOfTable = there.get(same(name));
    if (!rowsOfTable) {
      findings.push(finding('table_missing', 'fault', `The table ${name} is missing.`, rerun));
      continue;
    }
    const types = new Map(rowsOfTable.map((row) => [same(textOf(row['column'])), typeOf(row)]));
    for (const [column, type] of columns) {
      const [found, expected] = [types.get(column), spelledOut(type)];
      if (found === undefined) {
        const message = `The column ${name}.${column} is missing.`;
        findings.push(finding('column_missing', 'fault', message, rerun));
      } else if (!isSameType(found, expected)) {
        others.push({ column: `${name}.${column}`, found, expected });
      }
    }
  }
  findings.push(...judgeTypes(others));
  return findings.length > 0
    ? findings
    : [ok('schema', `${tables.length} tables have the columns that the migrations make.`)];
}

/** Moments are kept to the millisecond, whatever more a column could hold. */
const isSameType = (found: string, expected: string): boolean =>
  found === expected ||
  (/^DATETIME2\([3-7]\)$/.test(found) && /^DATETIME2\([3-7]\)$/.test(expected));

interface OtherType {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

/** One finding for all of a kind: a whole table of an older program has the same fault. */
function judgeTypes(others: readonly OtherType[]): Finding[] {
  const isNarrow = ({ found, expected }: OtherType) =>
    /^(VAR)?CHAR\(/.test(found) && /^NVARCHAR\(/.test(expected);
  const narrow = others.filter(isNarrow);
  const rest = others.filter((one) => !isNarrow(one));
  const named = (some: readonly OtherType[]) =>
    some.map(({ column, found, expected }) => `${column} is ${found}, not ${expected}`).join('; ');
  return [
    ...(narrow.length === 0
      ? []
      : [
          finding(
            'varchar_column',
            'warning',
            `Parameters are NVARCHAR, and each comparison with these columns converts them and scans: ${named(narrow)}.`,
            'In a quiet hour, with the indexes on it dropped and made again: ALTER TABLE … ALTER COLUMN to the type named, with the nullability that it has.',
          ),
        ]),
    ...(rest.length === 0
      ? []
      : [
          finding(
            'column_type',
            'notice',
            `Columns have other types than the migrations make: ${named(rest)}.`,
            'Make sure that values fit: what is longer fails with db_value_too_long.',
          ),
        ]),
  ];
}

interface FoundIndex extends ExpectedIndex {
  readonly table: string;
  readonly isDisabled: boolean;
}

function foundIndexes(rows: readonly Row[]): FoundIndex[] {
  const groups = groupBy(rows, (row) => `${textOf(row['table'])}\n${textOf(row['index'])}`);
  return [...groups.values()].flatMap((parts) => {
    const [first] = parts;
    if (!first) return [];
    const named = (included: boolean) =>
      parts
        .filter((part) => isOn(part['is_included_column']) === included)
        .map((part) => textOf(part['column']));
    return [
      {
        table: textOf(first['table']),
        name: textOf(first['index']),
        shape: shapeOf(isOn(first['is_unique']), named(false), named(true)),
        isDisabled: isOn(first['is_disabled']),
      },
    ];
  });
}

export function judgeIndexes(tables: readonly ExpectedTable[], rows: readonly Row[]): Finding[] {
  const found = foundIndexes(rows);
  const findings: Finding[] = [];
  let expected = 0;
  for (const table of tables) {
    const here = found.filter((index) => same(index.table) === same(table.name));
    if (here.length === 0) continue;
    const taken = new Set<FoundIndex>();
    for (const index of table.indexes) {
      expected += 1;
      const match =
        here.find(({ name }) => same(name) === same(index.name)) ??
        here.find((one) => one.shape === index.shape && !taken.has(one));
      if (match) taken.add(match);
      findings.push(...judgeIndex(table.name, index, match));
    }
    for (const { name } of here.filter((one) => !taken.has(one))) {
      const message = `The index ${name} of ${table.name} is not of this product; every change of a row writes it too.`;
      findings.push(
        finding(
          'index_foreign',
          'notice',
          message,
          'Keep it when somebody’s queries need it (index usage says so), else drop it.',
        ),
      );
    }
  }
  return findings.length > 0
    ? findings
    : [ok('schema', `${count(expected)} indexes and keys are as the migrations make them.`)];
}

function judgeIndex(
  table: string,
  { name, shape, isClustered }: ExpectedIndex,
  found: FoundIndex | undefined,
): Finding[] {
  if (!found && isClustered) return [];
  if (!found) {
    const isUnique = shape.startsWith('[true');
    const message = `The ${isUnique ? 'unique index' : 'index'} ${name} of ${table} is missing${isUnique ? ': nothing keeps its rows apart' : ''}.`;
    return [finding('index_missing', isUnique ? 'fault' : 'warning', message, rerun)];
  }
  if (found.isDisabled) {
    const message = `The index ${found.name} of ${table} is disabled.`;
    return [
      finding(
        'index_disabled',
        'fault',
        message,
        `ALTER INDEX [${found.name}] ON [${table}] REBUILD;`,
      ),
    ];
  }
  return [];
}

/** Claims pass over rows, not over pages. */
function judgeQueueLocks(rows: readonly Row[]): Finding[] {
  const paged = rows.filter(
    (row) => same(textOf(row['table'])) === 'ready_items' && isOn(row['allow_page_locks']),
  );
  const names = [...new Set(paged.map((row) => textOf(row['index'])))];
  if (names.length === 0) return [];
  return [
    finding(
      'queue_locks',
      'warning',
      `The queue’s indexes ${names.join(', ')} take page locks, which claims do not pass over.`,
      `${names.map((name) => `ALTER INDEX [${name}] ON ready_items SET (ALLOW_PAGE_LOCKS = OFF);`).join(' ')}`,
    ),
  ];
}

export function judgeModules(
  tables: readonly ExpectedTable[],
  { modules, tables: final }: FinalSchema,
  rows: readonly Row[],
  original: { readonly schema: string } | null,
): Finding[] {
  const found = new Map(rows.map((row) => [same(textOf(row['name'])), row]));
  const texts = [...modules, ...final.flatMap(({ rest }) => [...rest.values()])];
  const findings: Finding[] = [];
  const judge = (
    kind: 'trigger' | 'procedure' | 'view',
    name: string,
    missing: FindingCode,
    why: string,
  ) => {
    const row = found.get(same(name));
    if (!row) {
      findings.push(finding(missing, 'fault', `The ${kind} ${name} is missing: ${why}.`, rerun));
      return;
    }
    if (isOn(row['is_disabled'])) {
      const message = `The trigger ${name} is disabled: ${why}.`;
      findings.push(
        finding(
          'trigger_disabled',
          'fault',
          message,
          `ENABLE TRIGGER [${name}] ON its table; what came meanwhile is repaired by a worker within a minute.`,
        ),
      );
    }
    if (row['uses_quoted_identifier'] === false || row['uses_ansi_nulls'] === false) {
      const message = `The ${kind} ${name} was made with QUOTED_IDENTIFIER or ANSI_NULLS off: it fails with 1934.`;
      findings.push(finding('module_settings', 'fault', message, rerun));
    }
    if (original && !texts.some((text) => isText(text, row['definition'], name, original.schema))) {
      const message = `The ${kind} ${name} is not the one of this version: somebody has changed it.`;
      findings.push(
        finding(
          'module_changed',
          'notice',
          message,
          'Keep a hint that was added on purpose; else make it again from docs/schema-sqlserver.sql.',
        ),
      );
    }
  };
  for (const { triggers } of tables)
    for (const name of triggers)
      judge(
        'trigger',
        name,
        'trigger_missing',
        'what plain SQL changes is not seen by the queue or the totals',
      );
  for (const text of modules) {
    const [, kind, name] = /CREATE (PROCEDURE|VIEW) (\S+)/.exec(text) ?? [];
    if (name === undefined) continue;
    judge(
      kind === 'VIEW' ? 'view' : 'procedure',
      bare(name),
      'module_missing',
      'what uses it fails',
    );
  }
  return findings.length > 0
    ? findings
    : [
        ok(
          'schema',
          `${count(found.size)} triggers, procedures and views are as the migrations make them.`,
        ),
      ];
}

/** The same statements, whatever blanks and comments; a text that cannot be read is taken for the same. */
function isText(expected: string, definition: unknown, name: string, schema: string): boolean {
  if (typeof definition !== 'string') return true;
  if (!expected.includes(`${name}]`)) return false;
  return essence(expected.replaceAll('$(schema)', schema)) === essence(definition);
}

const essence = (text: string) =>
  text
    .replace(/--.*$/gm, '')
    .replaceAll(/[\s;]+/g, ' ')
    .trim();

function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
