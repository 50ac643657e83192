/** The pipeline from end to end, in a schema of its own that is dropped afterwards. */
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { z } from 'zod';
import { migrate } from '#db/migrate/migrate.ts';
import type { SqlServerSettings } from '#db/settings/model.ts';
import { dropTestSchema, withOwnSchema } from '#test/db/sqlserver-schema.ts';
import { inRoot, root } from './root.ts';

const resultSchema = z.object({ items_succeeded: z.number(), items_failed: z.number() });

/** Ingests the example twice: all five items succeed once, and nothing is fetched again. */
export async function ingestTwice(
  server: SqlServerSettings,
  say: (line: string) => void,
): Promise<void> {
  const settings = withOwnSchema(server);
  try {
    await migrate(settings);
    const first = await ingest(settings.schema);
    expectCounts('the pipeline processes the work items', first, 5, say);
    const second = await ingest(settings.schema);
    expectCounts('a second run fetches nothing again', second, 0, say);
  } finally {
    await dropTestSchema(settings);
  }
}

type Result = z.infer<typeof resultSchema>;

function expectCounts(what: string, result: Result, expected: number, say: (line: string) => void) {
  const { items_succeeded: succeeded, items_failed: failed } = result;
  const passed = succeeded === expected && failed === 0;
  say(`end to end: ${what} ${passed ? 'PASSED' : 'FAILED'}`);
  if (passed) return;
  throw new Error(`Expected ${expected} succeeded and 0 failed, got ${succeeded} and ${failed}.`);
}

async function ingest(schema: string): Promise<Result> {
  const config = inRoot('config/ingest.example.yaml');
  const args = ['commands/ingest.ts', '--config', config, '--seed', '--max-items', '10', '--json'];
  const { stdout } = await execa(process.execPath, args, {
    cwd: root,
    stdin: 'ignore',
    stderr: 'inherit',
    timeout: 120_000,
    env: {
      DB_BACKEND: 'sqlserver',
      INGEST_SQLSERVER_SCHEMA: schema,
      // A key of its own, so that no key file is made for a schema that goes away.
      INGEST_SECRET_KEY: randomBytes(32).toString('base64'),
    },
  });
  return resultSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}
