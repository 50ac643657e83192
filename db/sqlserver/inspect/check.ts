/** One look at the server: a query, the right it needs beyond the console's role, and a judgement of its rows. */
import { type RawBuilder, sql } from 'kysely';
import { runWithDeadline } from '../../deadline.ts';
import type { Session } from '../../engine.ts';
import { DatabaseError, type DatabaseErrorCode } from '../../errors.ts';
import type { Fact, Figures, Finding, Inspection, ObjectSize } from '../../inspection.ts';

/** As the driver gives it: numbers beyond 32 bits are texts. */
export type Row = Readonly<Record<string, unknown>>;

export interface Seen {
  readonly facts?: readonly Fact[];
  readonly findings?: readonly Finding[];
  readonly sizes?: readonly ObjectSize[];
  readonly figures?: readonly Figures[];
}

export interface Check {
  /** For a person: `index usage`. */
  readonly what: string;
  /** The right that shows it, where a role of this product does not have it. */
  readonly needs?: 'server state' | 'database state';
  /** Not on Azure SQL Database, which has no such view. */
  readonly notOnAzure?: boolean;
  readonly query: (schema: string) => RawBuilder<unknown>;
  readonly judge: (rows: readonly Row[]) => Seen;
}

/** One look at a busy server takes no longer, ms. */
const checkMs = 8_000;

const rights = {
  'server state':
    'needs VIEW SERVER STATE (SQL Server 2022 and later: VIEW SERVER PERFORMANCE STATE; Azure SQL Database: VIEW DATABASE STATE)',
  'database state':
    'needs VIEW DATABASE STATE (SQL Server 2022 and later: VIEW DATABASE PERFORMANCE STATE)',
};

/** Why a look may fail without the database being away. */
const explained: ReadonlySet<DatabaseErrorCode> = new Set<DatabaseErrorCode>([
  'db_permission_denied',
  'db_statement_timeout',
  'db_schema_missing',
  'db_error',
]);

/** Runs the checks one after another: an examination never takes more than one connection. */
export async function runChecks(
  { q }: Session,
  schema: string,
  checks: readonly Check[],
  { isAzure }: { readonly isAzure: boolean },
): Promise<Inspection> {
  const found: { -readonly [Part in keyof Required<Seen>]: Inspection[Part][number][] } = {
    facts: [],
    findings: [],
    sizes: [],
    figures: [],
  };
  const leftOut: { what: string; why: string }[] = [];
  for (const { what, needs, notOnAzure, query, judge } of checks) {
    if (isAzure && notOnAzure) {
      leftOut.push({ what, why: 'Azure SQL Database does not tell' });
      continue;
    }
    try {
      const { rows } = await runWithDeadline(checkMs, () => query(schema).execute(q));
      // Every query names its columns, and its judgement reads them as unknown.
      const seen = judge(rows as Row[]);
      found.facts.push(...(seen.facts ?? []));
      found.findings.push(...(seen.findings ?? []));
      found.sizes.push(...(seen.sizes ?? []));
      found.figures.push(...(seen.figures ?? []));
    } catch (error) {
      if (!(error instanceof DatabaseError) || !explained.has(error.code)) throw error;
      leftOut.push({ what, why: whyLeftOut(error, needs) });
    }
  }
  return { ...found, leftOut };
}

function whyLeftOut({ code, message }: DatabaseError, needs: Check['needs']): string {
  if (code === 'db_permission_denied') return needs ? rights[needs] : message;
  if (code === 'db_statement_timeout') return `took longer than ${checkMs / 1_000} s`;
  return 'this server does not tell';
}

export const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value);

export const numberOf = (value: unknown): number => Number(value ?? 0);

/** `bit` columns come as booleans, and what a function answers as numbers. */
export const isOn = (value: unknown): boolean => value === true || Number(value) === 1;

export const raw = (text: string): RawBuilder<unknown> => sql.raw(text);

export const count = (value: number): string => value.toLocaleString('en');

export const seconds = (value: unknown): string => `${count(Math.round(numberOf(value)))} s`;
