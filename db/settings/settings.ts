/** Which database, and how it is reached: flag over environment over YAML over defaults. */
import path from 'node:path';
import type { DatabaseSettings, SqliteSettings } from './model.ts';
import { sqlServerSettings } from './sqlserver-settings.ts';
import {
  type Environment,
  firstGiven,
  fromEnvironment,
  fromYaml,
  type Given,
  settingsInvalid,
  type YamlState,
} from './values.ts';

export type { DatabaseSettings, SqlServerSettings } from './model.ts';

const defaultSqlitePath = 'data/holocron.db';

/** Read by this module although its name does not begin like the others. */
const passwordFallback = 'MSSQL_SA_PASSWORD';

/**
 * The database's settings. `DB_BACKEND` decides, then `state.type`; without both it is SQL Server if
 * any of its settings is given, else the embedded database. `flag` is what `--database` gives: the
 * file of SQLite, the database's name on SQL Server. Throws `db_settings_invalid` naming the
 * key, what is wrong and what is allowed; never a value.
 */
export function resolveDatabaseSettings(
  env: Environment,
  yaml: YamlState = {},
  flag?: string,
): DatabaseSettings {
  const { engine, reason } = chooseEngine(env, yaml);
  const named = flag === undefined ? undefined : { value: flag, from: '--database' };
  return engine === 'sqlite'
    ? sqliteSettings(env, yaml, reason, named)
    : sqlServerSettings(env, yaml.sqlserver ?? {}, reason, named);
}

function chooseEngine(
  env: Environment,
  yaml: YamlState,
): { engine: 'sqlite' | 'sqlserver'; reason: string } {
  const chosen = firstGiven(fromEnvironment(env, 'DB_BACKEND'), fromYaml(yaml.type, 'type'));
  if (chosen) {
    const engine = chosen.value.trim().toLowerCase();
    if (engine !== 'sqlite' && engine !== 'sqlserver') {
      throw settingsInvalid(chosen.from, 'must be sqlserver or sqlite');
    }
    return { engine, reason: `${chosen.from} says ${engine}.` };
  }
  const sign = Object.keys(env).find(
    (name) =>
      (name.startsWith('INGEST_SQLSERVER_') || name === passwordFallback) &&
      env[name] !== '' &&
      env[name] !== undefined,
  );
  if (sign !== undefined) {
    return { engine: 'sqlserver', reason: `DB_BACKEND is not set, and ${sign} is.` };
  }
  if (yaml.sqlserver !== undefined) {
    return {
      engine: 'sqlserver',
      reason: 'DB_BACKEND is not set, and the configuration has state.sqlserver.',
    };
  }
  return {
    engine: 'sqlite',
    reason:
      'Neither DB_BACKEND nor any setting of SQL Server is given, so it is the embedded database.',
  };
}

function sqliteSettings(
  env: Environment,
  yaml: YamlState,
  reason: string,
  named: Given | undefined,
): SqliteSettings {
  const given = firstGiven(
    named,
    fromEnvironment(env, 'INGEST_SQLITE_PATH'),
    fromYaml(yaml.sqlite?.path, 'sqlite.path'),
  );
  if (given?.value.includes('\0')) throw settingsInvalid(given.from, 'must be a file path');
  // In memory, web and worker would each have a database of their own.
  if (given && /^(:memory:|file:)/.test(given.value)) {
    throw settingsInvalid(given.from, 'must be the path of a file, not :memory: nor a file: URL');
  }
  return {
    engine: 'sqlite',
    // Not a file of this program: the console's bundler would take the whole project along for it.
    path: path.resolve(/* turbopackIgnore: true */ given?.value ?? defaultSqlitePath),
    reason,
    notes: [],
  };
}
