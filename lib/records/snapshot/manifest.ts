/** The manifest: what a snapshot consists of, with a seal over itself. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#lib/errors/app-error.ts';
import { parseJson } from '#lib/json.ts';
import { hashJson } from '../canonical-json.ts';
import { type Manifest, manifestName, manifestSchema } from './model.ts';

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
