/**
 * A snapshot of records: a directory with `manifest.json`, which has a seal over itself, and parts of
 * newline-delimited JSON in gzip, each line one record with the names of its columns. See docs/records.md.
 */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { hashJson } from '#lib/canonical-json.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { parseJson } from '#lib/json.ts';

export const manifestName = 'manifest.json';
export const formatName = 'holocron-records';
export const formatVersion = 2;
/** Of before bodies were kept: its lines have none. */
const earlierVersion = 1;

/** Full precision of the server: up to seven decimals. */
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,7}Z$/);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.guid().transform((text) => text.toLowerCase());

/** One line; the order of the keys is that of the file. Headers and payload are the stored text. */
export const recordLineSchema = z.strictObject({
  ingest_id: id,
  source_system: z.string().max(100),
  source_name: z.string().max(100),
  resource_type: z.string().max(100),
  resource_id: z.string().max(500),
  request_uri: z.string().max(2000),
  request_method: z.string().max(10),
  request_headers: z.string().nullable(),
  status_code: z.int().min(0).max(999),
  response_headers: z.string().nullable(),
  payload: z.string(),
  fetched_at_utc: instant,
  hash_sha256: z.string().max(64).nullable(),
  run_id: id.nullable(),
  work_item_id: id.nullable(),
  attempt: z.int().min(1),
  error_message: z.string().nullable(),
  duration_ms: z.int().nullable(),
  content_type: z.string().max(200).nullable(),
  content_hash: z.string().max(64).nullable(),
  charset: z.string().max(40).nullable().default(null),
  body_sha256: sha256Hex.nullable().default(null),
  body_bytes: z.int().min(0).nullable().default(null),
  page_title: z.string().max(500).nullable().default(null),
  page_text: z.string().nullable().default(null),
  /** The bytes that were received; null when they are the payload in UTF-8, or not known. */
  body: z
    .strictObject({ coding: z.enum(['identity', 'gzip']), base64: z.base64() })
    .nullable()
    .default(null),
});
export type RecordLine = z.infer<typeof recordLineSchema>;

const partSchema = z.strictObject({
  file: z.string().regex(/^records-\d{5}\.ndjson\.gz$/),
  records: z.int().min(1),
  /** Of the compressed file. */
  bytes: z.int().min(1),
  /** Of the compressed file. */
  sha256: sha256Hex,
});
export type SnapshotPart = z.infer<typeof partSchema>;

export const manifestSchema = z.strictObject({
  format: z.literal(formatName),
  version: z.literal([formatVersion, earlierVersion]),
  /** The database's clock when the export began: no record is younger. */
  made_at: instant,
  /** Names of the sources exported; null = all. */
  sources: z.array(z.string()).nullable(),
  records: z.int().min(0),
  parts: z.array(partSchema),
  /** Of this object without this member, as canonical JSON (RFC 8785). */
  manifest_sha256: sha256Hex,
});
export type Manifest = z.infer<typeof manifestSchema>;

type Unsealed = Omit<Manifest, 'manifest_sha256'>;

export const sealed = (manifest: Unsealed): Manifest => ({
  ...manifest,
  manifest_sha256: sealOf(manifest),
});

const sealOf = (manifest: Unsealed): string => {
  const { parts, sources, ...rest } = manifest;
  return hashJson({ ...rest, sources, parts: parts.map((part) => ({ ...part })) });
};

/** Throws `snapshot_unreadable`, or `snapshot_damaged` when its seal or its numbers do not hold. */
export async function readManifest(directory: string): Promise<Manifest> {
  const file = path.join(directory, manifestName);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('snapshot_unreadable', `${file} cannot be read.`, { cause });
  });
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) throw damaged(`${file} is no manifest of this version.`);
  const { manifest_sha256: seal, ...manifest } = parsed.data;
  if (sealOf(manifest) !== seal) throw damaged(`${file} was changed after it was written.`);
  const records = manifest.parts.reduce((sum, part) => sum + part.records, 0);
  if (records !== manifest.records) throw damaged(`The numbers of ${file} do not add up.`);
  return parsed.data;
}

export const damaged = (message: string, cause?: unknown): AppError =>
  new AppError('snapshot_damaged', message, { cause });
