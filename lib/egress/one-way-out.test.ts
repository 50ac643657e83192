/**
 * What opens connections: one guarded client for all that people and programs type, and a few places whose address the
 * environment names, which is the operator's. docs/security.md lists both.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Modules with which a connection can be opened, and the global `fetch` of a server. */
const opens =
  /(?:from|import\()\s*'(?:node:(?:net|tls|http|https|http2|dgram|dns)(?:\/promises)?|undici|nodemailer|tedious|@opentelemetry\/exporter-[^']+|next-auth\/providers\/[^']+)'|\bfetch\((?:request|url|['`])/;
const typesAlone = /^import type [^;]*;$/gm;

const files = globSync('{lib,app,worker,commands,db}/**/*.{ts,tsx}', { cwd: root })
  .filter((file) => !/\.test\.tsx?$/.test(file))
  .sort();

/** Of the process that asks, and by which variable of its environment; null: it asks nobody that somebody typed. */
const others: Readonly<Record<string, string | null>> = {
  'lib/notices/mail.ts': 'INGEST_SMTP_HOST',
  'lib/records/scan.ts': 'INGEST_CLAMD',
  'lib/monitoring/otlp-metrics.ts': 'OTEL_EXPORTER_OTLP_ENDPOINT',
  'worker/otlp-tracer.ts': 'OTEL_EXPORTER_OTLP_ENDPOINT',
  'db/sqlserver/connection.ts': 'INGEST_SQLSERVER_HOST',
  'app/_server/auth.ts': 'INGEST_OIDC_ISSUER',
  // A person at a command line, who names the console.
  'commands/holocron/client.ts': 'HOLOCRON_TOKEN',
  // What is sent over the connection above; and what listens.
  'db/sqlserver/request.ts': null,
  'worker/monitor.ts': null,
};

it('a connection is opened by the guarded client, or to where the environment says', () => {
  const found = files.filter((file) => {
    const text = read(file).replaceAll(typesAlone, '');
    return opens.test(text) && !/^'use client';/.test(text) && !file.startsWith('lib/egress/');
  });
  expect(found).toEqual(Object.keys(others).sort());
});

it('each of these variables stands in docs/security.md', () => {
  const document = read('docs/security.md');
  for (const variable of Object.values(others))
    if (variable?.startsWith('INGEST_') || variable?.startsWith('OTEL_'))
      expect(document).toContain(`\`${variable}\``);
});
