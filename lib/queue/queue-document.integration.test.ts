import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '#db/migrate/migrate.ts';
import { codeOf, type Outline, outlineOfTheHouse } from '#test/documented-code.ts';

let house: Outline;

beforeAll(async () => {
  house = await outlineOfTheHouse();
  const program = codeOf('docs/queue.md').find(({ language }) => language === 'ts');
  if (!program) throw new Error('docs/queue.md shows no program');
  await writeFile(path.join(house.directory, 'program.ts'), program.code);
});
afterAll(() => house?.remove());

test('the program of docs/queue.md compiles under the rules of this house', async () => {
  expect(await house.compile(['program.ts'])).toBe('');
});

test('and enqueues, claims and completes an item once, however often it is run', async () => {
  const file = path.join(house.directory, 'queue.db');
  await migrate({ engine: 'sqlite', path: file, reason: 'A test asked for it.', notes: [] });
  const run = async () => {
    const printed = await house.run('program.ts', [], {
      DB_BACKEND: 'sqlite',
      INGEST_SQLITE_PATH: file,
    });
    return printed.split('\n');
  };
  const byStatus = { pending: 0, in_progress: 0, completed: 1, failed: 0, skipped: 0 };
  expect(await run()).toEqual(['rec_12345 stored', JSON.stringify({ isNew: true, byStatus })]);
  expect(await run()).toEqual([JSON.stringify({ isNew: false, byStatus })]);
});
