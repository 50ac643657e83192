/** The files of the lake as they lie there, read one after the other. */
import { opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#lib/errors/app-error.ts';
import { isUuid } from '#lib/ids.ts';
import { type JsonValue, objectFromText } from '#lib/json.ts';

/** Where files without a record are set aside; a name no source can have, and never walked into. */
export const orphanDirectory = '.orphans';

export interface LakeFile {
  /** Relative to the base directory, with `/`. */
  readonly path: string;
  readonly kind: 'record' | 'temporary';
  /** Since its last change by the clock of this machine, ms. */
  readonly ageMs: number;
}

/** Throws `lake_unreadable` when the directory is not there: an unmounted lake has not lost its files. */
export async function requireLake(baseDir: string): Promise<void> {
  const found = await stat(baseDir).catch(() => null);
  if (!found?.isDirectory()) {
    throw new AppError('lake_unreadable', `${baseDir} is not there, or is no directory.`);
  }
}

/** Every `.json` and `.tmp` below the base, in no order; other files are nobody's business here. */
export async function* lakeFiles(baseDir: string, below = ''): AsyncGenerator<LakeFile> {
  for await (const entry of await opendir(path.join(baseDir, below))) {
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== orphanDirectory) yield* lakeFiles(baseDir, relative);
    } else if (entry.isFile() && /\.(json|tmp)$/.test(entry.name)) {
      // It may be renamed or taken back at this moment.
      const found = await stat(path.join(baseDir, relative)).catch(() => null);
      if (!found) continue;
      const kind = entry.name.endsWith('.tmp') ? 'temporary' : 'record';
      yield { path: relative, kind, ageMs: Date.now() - found.mtimeMs };
    }
  }
}

export type LakeContent =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'document'; readonly ingestId: string; readonly payload: JsonValue };

/** Reads one file whole. A path that leads out of the lake is as good as none. */
export async function readLakeFile(baseDir: string, relative: string): Promise<LakeContent> {
  const target = insideLake(baseDir, relative);
  if (target === null) return { kind: 'absent' };
  const text = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') {
    return text.code === 'ENOENT' || text.code === 'ENOTDIR'
      ? { kind: 'absent' }
      : { kind: 'unreadable', why: `cannot be read (${text.code ?? 'unknown fault'})` };
  }
  const document = objectFromText(text);
  if (!document) return { kind: 'unreadable', why: 'is not whole JSON' };
  const { ingest_id: id, payload } = document;
  if (typeof id !== 'string' || !isUuid(id) || payload === undefined) {
    return { kind: 'unreadable', why: 'is no record of the lake' };
  }
  return { kind: 'document', ingestId: id.toLowerCase(), payload };
}

/** The absolute path, or null when it would lie outside of the lake. */
export function insideLake(baseDir: string, relative: string): string | null {
  const target = path.resolve(baseDir, relative);
  const way = path.relative(baseDir, target);
  return way === '' || way.startsWith('..') || path.isAbsolute(way) ? null : target;
}
