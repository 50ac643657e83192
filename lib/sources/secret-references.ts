/**
 * Secrets by reference: a source names where its secret stands, `env:INGEST_SOURCE_…` or `file:NAME`, and it is read
 * there each time it is needed. Only variables of that prefix and files of one directory can be named: whoever may set
 * the secrets of a source is not to read the password of the database with it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { leastSecretLength } from '#lib/redact-secrets.ts';

/** What a reference stands for. Throws `secret_unreadable`. */
export type ReadReference = (reference: string) => string;

const pattern = /^(?:env:(INGEST_SOURCE_[A-Z0-9_]{1,150})|file:([\w-][\w.-]{0,150}))$/;

export const isReference = (text: string): boolean => /^(?:env|file):/.test(text);

/** Why the text is no reference, as a sentence part; null when it is one. */
export const referenceFault = (text: string): string | null =>
  pattern.test(text)
    ? null
    : 'a reference is env:INGEST_SOURCE_… (a variable of that prefix) or file:NAME (a file of INGEST_SECRETS_DIR)';

export function referenceReader(env: Environment, directory: string): ReadReference {
  return (reference) => {
    const [, variable, file] = pattern.exec(reference) ?? [];
    const value = variable === undefined ? contentOf(directory, file) : env[variable];
    if (isUsable(value)) return value;
    throw new AppError('secret_unreadable', `The secret ${reference} is not set here.`, {
      remedy: `Set it for console and worker${file === undefined ? '' : `, in ${directory}`}: ${leastSecretLength} to 4000 characters, on one line.`,
    });
  };
}

const isUsable = (value: string | undefined): value is string =>
  value !== undefined && value.length >= leastSecretLength && /^\P{Cc}{1,4000}$/u.test(value);

/** Without the line break that editors put at the end; undefined when there is no such file. */
function contentOf(directory: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(path.join(directory, file), 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
