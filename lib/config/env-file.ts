/** The file `.env` of the directory a command is started in. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { AppError } from '#lib/errors/app-error.ts';

/**
 * Takes the variables of the file into `env`; one that is there already stays, even when it is empty. A file that
 * does not exist is none. Values are taken as Node takes them: quotes, comments and CRLF as usual, and no `$NAME`
 * is replaced, since passwords hold such signs. Throws `config_file_unreadable`.
 */
export function loadEnvFile(
  env: Record<string, string | undefined> = process.env,
  file = '.env',
): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
    throw new AppError('config_file_unreadable', `The file ${file} cannot be read.`, { cause });
  }
  // Editors of Windows put a byte order mark in front, which would become part of the first name.
  for (const [name, value] of Object.entries(parseEnv(text.replace(/^\uFEFF/, '')))) {
    env[name] ??= value;
  }
}
