import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CatalogueWriter, merged, unknownTables } from './catalogue.ts';

const line = (label: string, text: string, params: readonly string[] = []) =>
  JSON.stringify({ label, text, params });

it('writes a statement once, whatever schema its suite has', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'catalogue-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const writer = new CatalogueWriter(directory);
  writer.add({ label: 'a', text: 'select 1 from "test_0123456789ab"."hosts"', params: [] });
  writer.add({ label: 'b', text: 'select 1 from "test_ba9876543210"."hosts"', params: [] });
  writer.add({ label: 'b', text: 'select @1 from "ingest"."hosts"', params: ['int'] });
  const written = readdirSync(directory).map((name) =>
    readFileSync(path.join(directory, name), 'utf8'),
  );
  expect(merged(written)).toEqual([
    { label: 'a', text: 'select 1 from "ingest"."hosts"', params: [] },
    { label: 'b', text: 'select @1 from "ingest"."hosts"', params: ['int'] },
  ]);
});

it('keeps one text with two declarations apart, and one of two processes once', () => {
  const files = [
    `${line('b', 'select @1', ['int'])}\n`,
    `${line('a', 'select @1', ['bigint'])}\n${line('c', 'select @1', ['int'])}\n`,
  ];
  expect(merged(files).map(({ params }) => params)).toEqual([['bigint'], ['int']]);
});

it('finds the tables that no migration makes', () => {
  const text = 'select 1 from "ingest"."hosts" join "ingest"."schema_migrations" on 1 = 1';
  expect(unknownTables({ label: '', text, params: [] }, new Set(['hosts']))).toEqual([
    'schema_migrations',
  ]);
});
