/** docker-compose.yml as it is read, for nobody starts its servers in a test. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { unknownVariables } from '#lib/config/unknown-variables.ts';
import { variableGroups } from '#lib/config/variables.ts';
import { inRoot } from './support/root.ts';

const text = readFileSync(inRoot('docker-compose.yml'), 'utf8');

const serviceSchema = z.object({
  image: z.string(),
  container_name: z.string().optional(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()),
  env_file: z.array(z.object({ path: z.string(), required: z.boolean() })).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  healthcheck: z
    .object({
      disable: z.boolean().default(false),
      test: z.array(z.string()).default([]),
      start_period: z.string().optional(),
    })
    .optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  restart: z.string(),
});
const names = ['sql2025', 'initdb', 'first-start', 'logins', 'web', 'worker'] as const;
const { name: project, services } = z
  .object({ name: z.string().optional(), services: z.record(z.enum(names), serviceSchema) })
  .parse(parse(text, { merge: true }));
const ours = ['initdb', 'first-start', 'logins', 'web', 'worker'] as const;

/** `${A:-x}` of a value or several; the parts of `${A:-${B}}` each. */
const read = (value: string) => [...value.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);

describe('docker-compose.yml', () => {
  it('starts each service after what it needs', () => {
    const needs = Object.entries(services).map(([name, { depends_on }]) => [
      name,
      Object.entries(depends_on).map(([other, { condition }]) => `${other} ${condition}`),
    ]);
    expect(Object.fromEntries(needs)).toEqual({
      sql2025: [],
      initdb: ['sql2025 service_healthy'],
      'first-start': ['initdb service_completed_successfully'],
      logins: ['first-start service_completed_successfully'],
      web: ['logins service_completed_successfully'],
      worker: ['logins service_completed_successfully'],
    });
  });

  it('takes the server for well when a sign-in succeeds, and gives its first start five minutes', () => {
    const { test = [], start_period: startPeriod } = services.sql2025.healthcheck ?? {};
    // In exec form, so that no shell of the image has to be there.
    expect(test.slice(0, 2)).toEqual(['CMD', '/opt/mssql-tools18/bin/sqlcmd']);
    expect(test.join(' ')).toMatch(/ -C -b .*-U sa -Q select 1$/);
    expect(read(services.sql2025.environment['SQLCMDPASSWORD'] ?? '')).toEqual([
      'MSSQL_SA_PASSWORD',
    ]);
    expect(startPeriod).toBe('300s');
  });

  it('repeats what prepares the database when it fails, but not for ever', () => {
    for (const name of ['initdb', 'first-start', 'logins'] as const)
      expect(services[name].restart).toMatch(/^on-failure:\d+$/);
  });

  it('gives the console and the workers a login of their own, and sa to neither', () => {
    const signIns = ours.map((name) => [
      services[name].environment['INGEST_SQLSERVER_USER'],
      ...read(services[name].environment['INGEST_SQLSERVER_PASSWORD'] ?? ''),
    ]);
    expect(signIns).toEqual([
      ['sa', 'MSSQL_SA_PASSWORD'],
      ['sa', 'MSSQL_SA_PASSWORD'],
      ['sa', 'MSSQL_SA_PASSWORD'],
      ['holocron_console', 'MSSQL_CONSOLE_PASSWORD'],
      ['holocron_worker', 'MSSQL_WORKER_PASSWORD'],
    ]);
    for (const name of ['web', 'worker'] as const) {
      const values = Object.values(services[name].environment).flatMap(read);
      expect(values).not.toContain('MSSQL_SA_PASSWORD');
    }
  });

  it('makes these logins by a command of its own image, and names their passwords to it alone', () => {
    expect(services.logins.command).toEqual(['node', 'dist/bin/db-logins.mjs']);
    for (const [login, variable] of [
      ['web', 'MSSQL_CONSOLE_PASSWORD'],
      ['worker', 'MSSQL_WORKER_PASSWORD'],
    ] as const) {
      expect(read(services.logins.environment[variable] ?? '')).toEqual([variable]);
      expect(read(services[login].environment['INGEST_SQLSERVER_PASSWORD'] ?? '')).toEqual([
        variable,
      ]);
      for (const name of ours.filter((one) => one !== 'logins'))
        expect(services[name].environment).not.toHaveProperty(variable);
    }
  });

  it('puts no password on a command line, where every process list shows it, and starts no shell', () => {
    for (const { command = [], healthcheck } of Object.values(services)) {
      const words = [...command, ...(healthcheck?.test ?? [])];
      expect(words.join(' ')).not.toMatch(/password|\$|(?:^|\/| )(?:ba|da)?sh(?: |$)|CMD-SHELL/i);
    }
    // Nor is an entry point exchanged for one.
    expect(text).not.toMatch(/^\s*entrypoint:/m);
  });

  it('needs no shell in its image: whatever runs is node itself', () => {
    for (const name of ours) {
      const { command, healthcheck } = services[name];
      if (command) expect(command[0]).toBe('node');
      expect(healthcheck?.test ?? []).toEqual([]);
    }
    const [, last = ''] = readFileSync(inRoot('Dockerfile'), 'utf8').split(
      /\nFROM .*\n(?=ENV NODE_ENV)/,
    );
    const [before = '', after = ''] = last.split('# The last that a shell does.');
    expect(before).toContain('RUN install');
    const removed = /^RUN (\[.*\])$/m.exec(after)?.[1] ?? '[]';
    expect(JSON.parse(removed)).toEqual(['node', '-e', expect.stringContaining("'/usr/bin/sh'")]);
    // Each in exec form: with a string there would have to be a shell.
    expect([...after.matchAll(/^(?:RUN|CMD|ENTRYPOINT|SHELL) (?!\[)/gm)]).toEqual([]);
    expect(after).toMatch(/^ {2}CMD \["node"/m);
    expect(after).toMatch(/^USER node$/m);
  });

  it('keeps no rights: none of its processes is root or may become it', () => {
    for (const name of ours) {
      const { cap_drop: dropped, security_opt: options, user } = services[name];
      expect([dropped, options, user]).toEqual([['ALL'], ['no-new-privileges:true'], undefined]);
    }
  });

  it('names no container and no project, so that two checkouts stand beside each other', () => {
    expect(project).toBeUndefined();
    expect(Object.values(services).filter((service) => service.container_name)).toEqual([]);
  });

  it('lets workers be scaled: they have no port and no volume of one alone', () => {
    expect(services.worker.ports).toEqual([]);
    expect(services.worker.volumes).toEqual(services.web.volumes);
  });

  it('opens ports to this machine alone unless HOST says otherwise', () => {
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^(127\.0\.0\.1|\$\{HOST:-127\.0\.0\.1\}):/);
  });

  it('lets its own processes write to the volume and to memory alone', () => {
    for (const name of ours) {
      expect(services[name].read_only).toBe(true);
      expect(services[name].tmpfs).toContain('/tmp');
    }
    expect(services.web.tmpfs.join()).toContain('/app/.next/cache');
  });

  it('passes on every documented variable but those that have no meaning there', () => {
    const without = [
      // Of the embedded database.
      'INGEST_SQLITE_PATH',
      // The image has its own.
      'INGEST_MIGRATIONS_DIR',
      // It would win over the logins of this file.
      'INGEST_SQLSERVER_STATE_CONN_STR',
      'INGEST_SQLSERVER_DRIVER',
      // So would other kinds of sign-in, which a server in a container does not know.
      'INGEST_SQLSERVER_AUTHENTICATION',
      'INGEST_SQLSERVER_TENANT_ID',
      'INGEST_SQLSERVER_ACCESS_TOKEN',
      // The server's, and those of the two logins, which only what makes them is told.
      'MSSQL_SA_PASSWORD',
      'MSSQL_CONSOLE_PASSWORD',
      'MSSQL_WORKER_PASSWORD',
      // Of the port that is opened, not of the process in the container.
      'HOST',
      'PORT',
      // By .env.sources.
      'INGEST_SOURCE_<NAME>_<SECRET>',
    ];
    const documented = variableGroups.flatMap(({ variables }) => variables.map(({ name }) => name));
    const expected = documented.filter((name) => !without.includes(name)).sort();
    for (const name of ours) {
      const own = Object.keys(services[name].environment).filter(
        (variable) => !/^MSSQL_(CONSOLE|WORKER)_PASSWORD$/.test(variable),
      );
      expect(own.sort()).toEqual(expected);
    }
    // What this file decides itself.
    const fixed = Object.entries(services.web.environment)
      .filter(([name, value]) => !read(value).includes(name))
      .map(([name]) => name);
    expect(fixed.sort()).toEqual([
      'DB_BACKEND',
      'INGEST_SQLSERVER_HOST',
      'INGEST_SQLSERVER_PASSWORD',
      'INGEST_SQLSERVER_PORT',
      'INGEST_SQLSERVER_USER',
    ]);
    expect(services.worker.env_file).toEqual([{ path: '.env.sources', required: false }]);
  });

  it('reads no variable that .env.example does not name, but those of configuration.md', () => {
    const example = readFileSync(inRoot('.env.example'), 'utf8');
    const documented = variableGroups.flatMap(({ variables }) => variables.map(({ name }) => name));
    const unexplained = read(text).filter(
      (name) => !documented.includes(name) && !new RegExp(`^(# )?${name}=`, 'm').test(example),
    );
    expect([...new Set(unexplained)]).toEqual([]);
    // Commands read .env too, and are not to warn of what is for this file alone.
    const given = Object.fromEntries(read(text).map((name) => [name, 'x']));
    expect(unknownVariables(given)).toEqual([]);
  });
});
