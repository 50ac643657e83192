import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/ids.ts';
import { ingestRecordRow } from '#test/db/ingest-record.ts';
import { openSite, type Site } from '#test/worker/processes.ts';

let from: Site;
let to: Site;
beforeEach(async () => {
  from = await openSite();
  to = await openSite();
});
afterEach(async () => {
  await from.dispose();
  await to.dispose();
});

const idsIn = async ({ runtime: { db } }: Site) =>
  (await db.q.selectFrom('IngestRecords').select('ingest_id').orderBy('ingest_id').execute()).map(
    (row) => row.ingest_id,
  );

describe('pnpm snapshot', () => {
  it('carries records from one database to another, and refuses what was changed on the way', async () => {
    const { db } = from.runtime;
    for (const name of ['Han', 'Leia']) {
      await db.q
        .insertInto('IngestRecords')
        .values(
          ingestRecordRow(db.engine, {
            ingest_id: newId(),
            resource_id: name,
            payload: `{"name":"${name}"}`,
          }),
        )
        .execute();
    }
    const directory = path.join(from.directory, 'taken');
    const snapshot = (site: Site, ...args: string[]) => site.run('commands/snapshot.ts', args);

    const exported = await snapshot(from, 'export', directory);
    expect(exported).toMatchObject({ code: 0 });
    expect(exported.stdout).toContain('✓ Exported 2 records');
    expect(await readdir(directory)).toEqual(['manifest.json', 'records-00001.ndjson.gz']);
    const imported = await snapshot(to, 'import', directory);
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stdout).toContain('✓ Imported 2 records; 0 records were there before');
    expect(await idsIn(to)).toEqual(await idsIn(from));

    await appendFile(path.join(directory, 'records-00001.ndjson.gz'), '!');
    await to.runtime.db.q.deleteFrom('IngestRecords').execute();
    for (const command of ['verify', 'import']) {
      const refused = await snapshot(to, command, directory);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/^✗ snapshot_damaged: .+\n {2}→ Copy the snapshot again/m);
    }
    expect(await idsIn(to)).toEqual([]);
  });
});
