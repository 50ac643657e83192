/** The deployment's master keys, and the keys derived from them. */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#lib/errors/app-error.ts';

const keyBytes = 32;
const leastText = 32;

/** The keys of a deployment, 32 bytes each: new secrets are sealed under the current one, older ones still open theirs. */
export interface KeyRing {
  readonly current: Buffer;
  readonly older: readonly Buffer[];
}

/**
 * The master keys. The current one from `given` (base64 of 32 bytes as it is; any other text of at least 32
 * characters by its SHA-256), else from the first line of the key file, which is made on first use (mode 0600). Older
 * ones from `older`, with blanks or commas between, and from the lines of the file that follow.
 * Throws `config_invalid` or `config_file_unreadable`; the keys themselves are in no message.
 */
export function keyRing(
  given: string | undefined,
  older: string | undefined,
  keyFile: string,
): KeyRing {
  const said = (older ?? '').split(/[\s,]+/).filter((text) => text !== '');
  const olderGiven = said.map((text) => keyFromText(text, 'INGEST_SECRET_KEY_OLDER'));
  if (given !== undefined) {
    return { current: keyFromText(given, 'INGEST_SECRET_KEY'), older: olderGiven };
  }
  const stored = readKey(keyFile) ?? makeKey(keyFile);
  const [first = '', ...rest] = stored.split('\n').filter((line) => line.trim() !== '');
  const ofFile = (line: string) => keyFromText(line, `The key file ${keyFile}`);
  return { current: ofFile(first), older: [...rest.map(ofFile), ...olderGiven] };
}

function keyFromText(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const decoded = Buffer.from(trimmed, 'base64');
  if (decoded.length === keyBytes && decoded.toString('base64') === trimmed) return decoded;
  if (trimmed.length >= leastText) return createHash('sha256').update(trimmed, 'utf8').digest();
  throw new AppError('config_invalid', `${where} is too short for a key.`, {
    remedy: `Give base64 of ${keyBytes} bytes (openssl rand -base64 32), or any text of at least ${leastText} characters.`,
  });
}

function readKey(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw unreadable(file, cause);
  }
}

/** Web and worker may start at the same moment: the first to link its file wins, both read the same key. */
function makeKey(file: string): string {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(temporary, `${randomBytes(keyBytes).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
    chmodSync(temporary, 0o600);
    try {
      linkSync(temporary, file);
    } catch (cause) {
      if (!hasCode(cause, 'EEXIST')) throw cause;
    } finally {
      rmSync(temporary, { force: true });
    }
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

function unreadable(file: string, cause: unknown): AppError {
  return new AppError('config_file_unreadable', `The key file ${file} cannot be read or made.`, {
    remedy: 'Make its directory writable, or set INGEST_SECRET_KEY.',
    cause,
  });
}

/** A key for one purpose, 32 bytes (HKDF-SHA-256); knowing it does not reveal the master key. */
function deriveKey(master: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, 'holocron-ingest', purpose, keyBytes));
}

/** The secret that signs console sessions, as text for next-auth. */
export function sessionSecret(master: Buffer): string {
  return deriveKey(master, 'console-session').toString('base64url');
}
