/** The specification's smoke test: connection, schema, write and read, dedupe; printed step by step. */
import { existsSync } from 'node:fs';
import type { Db } from '#db/engine.ts';
import { DatabaseError } from '#db/errors.ts';
import { openDatabase } from '#db/open.ts';
import { describeSettings } from '#db/settings/describe.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import { type PublicError, toPublicError } from '#lib/errors/app-error.ts';
import { checkConnection, checkDedupe, checkSchema, checkWriteAndRead } from './checks.ts';

const width = 60;
const rule = '='.repeat(width);

type Print = (line: string) => void;

/** Runs the checks and prints them; returns what failed, or null when all passed. Leaves no trace. */
export async function smokeTest(
  settings: DatabaseSettings,
  print: Print,
): Promise<PublicError | null> {
  const engine = settings.engine === 'sqlite' ? 'SQLite' : 'SQL Server';
  printHeader(settings, engine, print);
  try {
    await runChecks(settings, print);
  } catch (error) {
    const failure = toPublicError(error);
    print(`✗ ${failure.message}`);
    print(`  Code:   ${failure.code}`);
    print(`  Remedy: ${failure.remedy}`);
    return failure;
  }
  print('');
  print(rule);
  print('✓ All smoke tests passed!');
  print(`  ${engine} state store is ready for use.`);
  return null;
}

async function runChecks(settings: DatabaseSettings, print: Print): Promise<void> {
  print('Test 1: Establishing connection...');
  requireFile(settings);
  const db = await openDatabase(settings);
  try {
    await checkConnection(db);
    print('✓ Connection established successfully');
    print('Test 2: Verifying schema creation...');
    await checkSchema(db);
    print('✓ Schema and tables verified');
    await checkQueue(db, (line) => print(`  - ${line}`), print);
  } finally {
    await db.close();
  }
}

async function checkQueue(db: Db, onStep: Print, print: Print): Promise<void> {
  print('Test 3: Testing write/read operations...');
  await checkWriteAndRead(db, onStep);
  print('✓ Write/read operations successful');
  print('Test 4: Testing deduplication...');
  await checkDedupe(db, onStep);
  print('✓ Deduplication working correctly');
}

/** Opening would make the file, and a check must not. */
function requireFile(settings: DatabaseSettings): void {
  if (settings.engine !== 'sqlite' || existsSync(settings.path)) return;
  throw new DatabaseError('db_missing', 'The database file does not exist yet.', {
    remedy: 'Run pnpm db:init, or correct INGEST_SQLITE_PATH.',
  });
}

function printHeader(settings: DatabaseSettings, engine: string, print: Print): void {
  const title = `       ${engine} State Store - Smoke Test`;
  print(`╔${'═'.repeat(width)}╗`);
  print(`║${title.padEnd(width)}║`);
  print(`╚${'═'.repeat(width)}╝`);
  print('');
  print(rule);
  print(`${engine} Connection Info`);
  print(rule);
  const lines = describeSettings(settings);
  const labelWidth = Math.max(...lines.map(([label]) => label.length)) + 1;
  for (const [label, value] of lines) print(`  ${`${label}:`.padEnd(labelWidth)} ${value}`);
  print(rule);
}
