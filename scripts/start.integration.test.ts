import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execaNode } from 'execa';
import { expect, it } from 'vitest';
import { inRoot } from './support/root.ts';

it('a start on a taken port says so and what to do, before anything else was touched', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'start-'));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is an AddressInfo.
  const { port } = other.address() as AddressInfo;
  const database = path.join(directory, 'holocron.db');
  try {
    const ended = await execaNode(inRoot('scripts/start.ts'), {
      env: { PORT: String(port), DB_BACKEND: 'sqlite', INGEST_SQLITE_PATH: database },
      reject: false,
    });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(
      new RegExp(`port_taken: Port ${port} on 127\\.0\\.0\\.1 is taken`),
    );
    expect(ended.stderr).toMatch(/PORT=\d+ pnpm start/);
    expect(existsSync(database)).toBe(false);
  } finally {
    other.close();
    await rm(directory, { recursive: true, force: true });
  }
});
