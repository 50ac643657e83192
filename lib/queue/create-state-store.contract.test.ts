import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { aWorkItem } from '#test/factories.ts';
import { createStateStore } from './create-state-store.ts';

describe('createStateStore', () => {
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'holocron-store-'));
    file = path.join(dir, 'store.db');
    await migrate({ engine: 'sqlite', path: file, reason: 'A test asked for it.', notes: [] });
    vi.stubEnv('DB_BACKEND', 'sqlite');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true, force: true });
  });

  test('without arguments opens what the environment names', async () => {
    vi.stubEnv('INGEST_SQLITE_PATH', file);
    const store = await createStateStore();
    expect(await store.enqueue(aWorkItem({ resourceId: 'a' }))).toBe(true);
    await store.close();
    const again = await createStateStore();
    expect(await again.exists('test:sample:page:a')).toBe(true);
    await again.close();
  });

  test('what is given wins over the environment', async () => {
    vi.stubEnv('DB_BACKEND', 'sqlserver');
    vi.stubEnv('INGEST_SQLITE_PATH', path.join(dir, 'elsewhere.db'));
    const store = await createStateStore({ backend: 'sqlite', path: file });
    expect((await store.getStats()).total).toBe(0);
    await store.close();
  });

  test('over an open database it leaves closing to the owner', async () => {
    const owner = await createStateStore({ path: file });
    const borrower = await createStateStore({ db: owner.db });
    await borrower.close();
    expect((await owner.getStats()).total).toBe(0);
    await owner.close();
    await expect(owner.getStats()).rejects.toThrow();
  });

  test('wrong settings are refused with their code', async () => {
    const wrong = { backend: 'sqlserver', port: 99_999, password: 'secret' } as const;
    await expect(createStateStore(wrong)).rejects.toMatchObject({ code: 'db_settings_invalid' });
    const schema = { backend: 'sqlserver', password: 'secret', schema: 'x]; drop' } as const;
    await expect(createStateStore(schema)).rejects.toMatchObject({ code: 'db_settings_invalid' });
  });
});
