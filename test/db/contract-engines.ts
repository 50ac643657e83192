/** Fresh, migrated databases for contract suites: SQLite always, SQL Server when it is configured. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Db, EngineName } from '#db/engine.ts';
import { openDatabase } from '#db/open.ts';
import type { DatabaseSettings, SqlServerSettings } from '#db/settings/model.ts';
import { makeMigrated } from './make-migrated.ts';
import { configuredSqlServer, dropTestSchema, withOwnSchema } from './sqlserver-schema.ts';

export interface ContractDatabase {
  readonly settings: DatabaseSettings;
  readonly db: Db;
  /** One more process's view of the same database; closed with it. */
  openAnother(): Promise<Db>;
  /** Closes what was opened and removes the database. */
  dispose(): Promise<void>;
}

export interface ContractEngine {
  readonly name: EngineName;
  /** An empty place, not migrated. */
  freshSettings(): Promise<{ settings: DatabaseSettings; remove(): Promise<void> }>;
  /** A database of its own, migrated and open. */
  create(): Promise<ContractDatabase>;
}

/** The engines to run a suite over: `describe.each(contractEngines())('…on $name', (engine) => …)`. */
export const contractEngines = (): ContractEngine[] => [sqliteEngine, ...sqlServerEngines()];

/** For suites of SQL Server alone: that which is configured, if any. */
export function sqlServerEngines(): ContractEngine[] {
  const server = configuredSqlServer();
  return server ? [engineOf('sqlserver', sqlServerSettings(server))] : [];
}

/** For tests of SQLite alone. */
export const sqliteEngine: ContractEngine = engineOf('sqlite', sqliteSettings);

type FreshSettings = ContractEngine['freshSettings'];

function engineOf(name: EngineName, freshSettings: FreshSettings): ContractEngine {
  return {
    name,
    freshSettings,
    create: async () => {
      const { settings, remove } = await freshSettings();
      await makeMigrated(settings);
      const opened = [await openDatabase(settings)];
      const [db] = opened;
      if (!db) throw new Error('unreachable');
      return {
        settings,
        db,
        openAnother: async () => {
          const another = await openDatabase(settings);
          opened.push(another);
          return another;
        },
        dispose: async () => {
          for (const one of opened) await one.close();
          await remove();
        },
      };
    },
  };
}

async function sqliteSettings(): ReturnType<FreshSettings> {
  const dir = mkdtempSync(path.join(tmpdir(), 'holocron-'));
  return {
    settings: {
      engine: 'sqlite',
      path: path.join(dir, 'test.db'),
      reason: 'A contract test asked for it.',
      notes: [],
    },
    remove: async () => rmSync(dir, { recursive: true, force: true }),
  };
}

function sqlServerSettings(server: SqlServerSettings): FreshSettings {
  return async () => {
    const settings = withOwnSchema(server);
    return { settings, remove: () => dropTestSchema(settings) };
  };
}
