import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listAudit } from '#lib/audit/list-audit.ts';
import { apiWorld } from '#test/api.ts';
import { contractEngines } from '#test/db/contract-engines.ts';

test.each(contractEngines())(
  'what the scanner finds something in does not leave, and that is written down, on $name',
  async (engine) => {
    const database = await engine.create();
    let answer = 'stream: Test.Eicar FOUND\0';
    const scanner = createServer((socket) => {
      socket.on('data', (data) => {
        if (data.subarray(-4).equals(Buffer.alloc(4))) socket.end(answer);
      });
    });
    await new Promise<void>((resolve) => {
      scanner.listen(0, '127.0.0.1', resolve);
    });
    const address = scanner.address();
    const port = typeof address === 'object' ? address?.port : null;
    const world = await apiWorld(database.db, { INGEST_CLAMD: `127.0.0.1:${port}` });
    const token = await world.token('viewer');
    const { ingestId } = await world.givenRecord('sample');
    await database.db.q.updateTable('IngestRecords').set({ page_text: 'Luke' }).execute();
    const ask = async (part: string) => {
      const path = `/records/${ingestId}/${part}`;
      const response = await world.ask(token, { method: 'GET', path });
      return { status: response.status, text: await response.text() };
    };
    try {
      for (const part of ['bytes', 'payload', 'text']) {
        const { status, text } = await ask(part);
        expect({ status, code: JSON.parse(text).code }).toEqual({
          status: 403,
          code: 'malware_found',
        });
        expect(text).not.toContain('Luke');
      }
      const found = (await listAudit(database.db, { action: 'record.malware' })).rows;
      expect(found).toHaveLength(3);
      expect(found[0]).toMatchObject({
        targetId: ingestId,
        summary: 'Was refused a record in which the scanner found Test.Eicar',
      });
      expect((await listAudit(database.db, { action: 'record.download' })).rows).toEqual([]);
      answer = 'nothing of the kind\0';
      expect((await ask('bytes')).status).toBe(503);
      answer = 'stream: OK\0';
      expect((await ask('bytes')).status).toBe(200);
    } finally {
      await new Promise((resolve) => {
        scanner.close(resolve);
      });
      await world.close();
      await database.dispose();
    }
  },
);
