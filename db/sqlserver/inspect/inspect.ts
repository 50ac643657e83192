/** Examines a SQL Server database: changes nothing, takes one connection, and leaves out what the login may not see. */
import type { Session } from '../../engine.ts';
import type { Inspection } from '../../inspection.ts';
import { migrationsDir, readMigrationFiles } from '../../migrate/files.ts';
import { readFinalSchema } from '../../migrate/final-schema.ts';
import { activityChecks } from './activity.ts';
import { type Check, type Row, runChecks } from './check.ts';
import { schemaChecks } from './schema.ts';
import { isAzureDatabase, isMicrosoft, seesSchema, serverCheck } from './server.ts';
import { storageChecks } from './storage.ts';

const comparisonLeftOut = {
  what: 'tables, indexes, triggers and procedures',
  why: 'needs VIEW DEFINITION on the schema',
};

export async function inspectSqlServer(session: Session, schema: string): Promise<Inspection> {
  let server: Row = {};
  const remembered: Check = {
    ...serverCheck,
    judge: (rows) => {
      server = rows[0] ?? {};
      return serverCheck.judge(rows);
    },
  };
  const first = await runChecks(session, schema, [remembered], { isAzure: false });
  const isAzure = isAzureDatabase(server);
  const expected = readFinalSchema(readMigrationFiles(migrationsDir('sqlserver')));
  const checks = [
    ...(seesSchema(server) ? schemaChecks(expected, isMicrosoft(server) ? { schema } : null) : []),
    ...storageChecks,
    ...activityChecks(isAzure),
  ];
  const rest = await runChecks(session, schema, checks, { isAzure });
  return {
    facts: [...first.facts, ...rest.facts],
    findings: [...first.findings, ...rest.findings],
    sizes: rest.sizes,
    figures: rest.figures,
    leftOut: [
      ...first.leftOut,
      ...(seesSchema(server) ? [] : [comparisonLeftOut]),
      ...rest.leftOut,
    ],
  };
}
