import { describe, expect, it } from 'vitest';
import { DatabaseError } from '#db/errors.ts';
import { openDatabase } from '#db/open.ts';
import { contractEngines } from '#test/db/contract-engines.ts';
import { checkHealth, healthOfBrokenStart } from './check-health.ts';

describe.each(contractEngines())('health on $name', (engine) => {
  it('names the migrations that are missing, and the remedy', async () => {
    const { settings, remove } = await engine.freshSettings();
    const db = await openDatabase(settings);
    try {
      const health = await checkHealth(db);
      expect(health).toMatchObject({
        ok: false,
        workers: null,
        // The server of the tests may hold the tables in other schemas.
        error: {
          code: expect.stringMatching(/^db_(migrations_pending|schema_missing)$/),
          remedy: expect.stringMatching(/run pnpm db:init/i),
        },
      });
      expect(health.pendingMigrations).toContain('0001_create_schema');
    } finally {
      await db.close();
      await remove();
    }
  });

  it('names the schemas that have the tables when the configured one has none', async () => {
    const { settings, db, dispose } = await engine.create();
    const wrong =
      settings.engine === 'sqlserver' ? { ...settings, schema: `${settings.schema}x` } : null;
    const other = wrong ? await openDatabase(wrong) : null;
    try {
      expect(await db.engine.tablesElsewhere(db)).toBeNull();
      if (!wrong || !other) return;
      const health = await checkHealth(other);
      expect(health).toMatchObject({ ok: false, error: { code: 'db_schema_missing' } });
      expect(health.error?.message).toContain(`The schema ${wrong.schema} has none of the tables`);
      expect(health.error?.remedy).toContain('INGEST_SQLSERVER_SCHEMA');
    } finally {
      await other?.close();
      await dispose();
    }
  });

  it('keeps the words of a server that fails for the log', async () => {
    const { db, dispose } = await engine.create();
    const failing = {
      ...db.engine,
      now: () => {
        throw new DatabaseError('db_error', 'Msg 8134: a row of somebody', { remedy: 'Look.' });
      },
    };
    const { error } = await checkHealth({ ...db, engine: failing });
    expect(error).toMatchObject({ code: 'db_error', message: 'The database reported an error.' });
    await dispose();
  });

  it('is not well while the newest migration is missing', async () => {
    const { db, dispose } = await engine.create();
    const applied = await db.q
      .selectFrom('schema_migrations')
      .select(['version', 'name'])
      .orderBy('version')
      .execute();
    const newest = applied.at(-1);
    if (!newest) throw new Error('a migrated database was expected');
    await db.q.deleteFrom('schema_migrations').where('version', '=', newest.version).execute();
    expect(await checkHealth(db)).toMatchObject({
      ok: false,
      pendingMigrations: [expect.stringContaining(newest.version)],
      error: { code: 'db_migrations_pending', message: '1 migration is not applied yet.' },
    });
    await dispose();
  });

  it('is an answer, not an exception and not a silence, when the database is gone', async () => {
    const { settings, remove } = await engine.freshSettings();
    const db = await openDatabase(settings);
    await db.close();
    const health = await checkHealth(db);
    expect(health).toMatchObject({ ok: false, latencyMs: null });
    expect(health.error?.remedy).not.toBe('');
    await remove();
  });
});

describe('health before anything could be opened', () => {
  it('tells nothing of the machine', () => {
    const health = healthOfBrokenStart(new Error('ENOENT /home/somebody/secret.key'));
    expect(health.ok).toBe(false);
    expect(JSON.stringify(health)).not.toContain('somebody');
  });
});
