/** The plans of the hottest statements over a filled table, and what the server says of itself afterwards. */
import type { SqlServerSettings } from '#db/settings/model.ts';
import { connect } from '#db/sqlserver/connection.ts';
import { isSqlServer } from '#test/db/sqlserver-schema.ts';
import { planGiver, recordSent } from '#test/tsql/actual-plans.ts';
import { closeBare, connectBare } from '../../bench/queue/bare-tedious.ts';
import { createSqlServerTarget } from '../../bench/queue/sqlserver-target.ts';
import type { BenchTarget } from '../../bench/queue/target.ts';
import { filledRows, givenWork, hotCalls } from './hot-statements.ts';
import type { Report } from './report.ts';
import { type Fact, readFacts } from './server-facts.ts';
import { faultsOf, operatorsOf, seeks } from './showplan.ts';

/** In a database of its own, which is dropped afterwards. */
export async function checkPlans(given: SqlServerSettings, report: Report): Promise<void> {
  const target = await createSqlServerTarget(given, {
    rows: filledRows,
    file: null,
    progress: () => undefined,
  });
  const database = target.environment['INGEST_SQLSERVER_DATABASE'] ?? given.database;
  const settings = { ...given, database };
  try {
    await checkCalls(settings, target, report);
    await tellFacts(settings, report);
  } finally {
    await target.dispose();
  }
}

async function checkCalls(
  settings: SqlServerSettings,
  { db }: BenchTarget,
  report: Report,
): Promise<void> {
  const connection = await connectBare(settings);
  try {
    const plansOf = await planGiver(connection);
    const work = await givenWork(db);
    for (const call of hotCalls) {
      const what = `plans: ${call.name}`;
      // It is run either way: what the server says afterwards is of this load.
      const sent = await recordSent(() => call.run(work));
      if (plansOf === null) {
        report.add(what, 'not answered by this server', 'it gives no plans');
        continue;
      }
      const plans: string[] = [];
      for (const statement of sent) plans.push(...(await plansOf(statement)));
      report.attach(`Plans: ${call.name}`, plans.join('\n'));
      const operators = plans.flatMap(operatorsOf);
      const faults = faultsOf(operators, call.bounds);
      const { seeks: sought } = call;
      if (sought && !seeks(operators, sought.table).some((index) => sought.index.test(index))) {
        faults.push(`no seek of ${sought.table} by ${sought.index.source}`);
      }
      if (operators.length === 0) faults.push('the server gave no plan for it');
      report.add(what, faults.length === 0 ? 'passed' : 'failed', faults.join('\n'));
    }
  } finally {
    await closeBare(connection);
  }
}

async function tellFacts(settings: SqlServerSettings, report: Report): Promise<void> {
  const isReal = await isSqlServer(settings);
  const connection = await connect(settings);
  try {
    for (const fact of await readFacts(connection, settings.schema)) tell(fact, isReal, report);
  } finally {
    await connection.close();
  }
}

/** What a server that is only compatible answers to these is no answer of SQL Server's. */
function tell({ title, rows, fault, isAsserted }: Fact, isReal: boolean, report: Report): void {
  report.attach(title, rows === null ? `${fault}` : table(rows));
  if (rows === null || !isReal) {
    report.add(title, 'not answered by this server', rows === null ? `${fault}` : '');
  } else if (isAsserted) {
    report.add(title, fault === null ? 'passed' : 'failed', fault ?? '');
  } else report.add(title, 'told', `${rows.length} rows in the report`);
}

function table(rows: readonly Record<string, unknown>[]): string {
  const [first] = rows;
  if (!first) return 'nothing';
  const lines = rows.map((row) => Object.values(row).map(String).join(' | '));
  return [Object.keys(first).join(' | '), ...lines].join('\n');
}
