/** The scripts for SQL Server Agent, by reading: no server that runs here has an Agent. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrationsDir, readMigrationFiles } from '#db/migrate/files.ts';

const dir = import.meta.dirname;
const scripts = globSync('*.sql', { cwd: dir })
  .toSorted()
  .map((name) => ({ name, text: readFileSync(path.join(dir, name), 'utf8') }));
const textOf = (name: string) => scripts.find((script) => script.name === name)?.text ?? '';
const jobs = scripts.filter(({ text }) => text.includes('sp_add_job '));

/** Procedures of the migrations with the names of their parameters. */
const procedures = new Map(
  readMigrationFiles(migrationsDir('sqlserver')).flatMap(({ script }) =>
    [...script.matchAll(/^CREATE PROCEDURE \[\$\(schema\)\]\.\[(\w+)\]([\s\S]*?)\nAS\n/gm)].map(
      ([, name = '', head = '']) =>
        [name, [...head.matchAll(/^ {4}(@\w+)/gm)].map(([, one]) => one)] as const,
    ),
  ),
);

describe('the jobs of SQL Server Agent', () => {
  it('are all there', () => {
    expect(jobs.map(({ name }) => name)).toEqual([
      'integrity.sql',
      'partitions.sql',
      'recrawl.sql',
      'retention.sql',
      'roll-up.sql',
    ]);
  });

  it.each(jobs)(
    '$name calls one procedure of the schema, with parameters that it has',
    ({ text }) => {
      const calls = [...text.matchAll(/EXEC \[\$\(schema\)\]\.\[(\w+)\]([^;]*);/g)];
      expect(calls).toHaveLength(1);
      const [, name = '', given = ''] = calls[0] ?? [];
      expect([...procedures.keys()]).toContain(name);
      for (const [parameter] of given.matchAll(/@\w+/g)) {
        expect(procedures.get(name)).toContain(parameter);
      }
    },
  );

  it.each(jobs)(
    '$name sets what a filtered index needs, and may be installed again',
    ({ text }) => {
      // Agent's own sessions begin with QUOTED_IDENTIFIER OFF.
      expect(text).toMatch(/@command = N'SET QUOTED_IDENTIFIER ON;/);
      expect(text).toContain('sp_delete_job @job_name = @name');
      expect(text).toContain('@notify_email_operator_name = @operator');
      expect(text).toMatch(/@name SYSNAME = N'Holocron \$\(schema\): /);
    },
  );

  it('are installed by one script but for recrawls, and removed by their names', () => {
    const installed = [...textOf('install.sql').matchAll(/^:r (\S+)$/gm)].map(([, name]) => name);
    expect(installed.toSorted()).toEqual(
      ['alerts.sql', ...jobs.map(({ name }) => name)].filter((name) => name !== 'recrawl.sql'),
    );
    expect(textOf('remove.sql')).toContain("N'Holocron $(schema): '");
    for (const [, name = ''] of textOf('alerts.sql').matchAll(/\(N'([^']+)', \d/g)) {
      expect(name).toMatch(/^Holocron \$\(schema\): /);
    }
  });
});
