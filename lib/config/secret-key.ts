/** The deployment's master key, and the keys derived from it. */
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#lib/errors/app-error.ts';

const keyBytes = 32;
const leastText = 32;

/**
 * The master key, 32 bytes. From `given` (base64 of 32 bytes as it is; any other text of at least 32
 * characters by its SHA-256), else from the key file, which is made on first use (mode 0600).
 * Throws `config_invalid` or `config_file_unreadable`; the key itself is in no message.
 */
export function masterKey(given: string | undefined, keyFile: string): Buffer {
  if (given !== undefined) return keyFromText(given, 'INGEST_SECRET_KEY');
  const stored = readKey(keyFile) ?? makeKey(keyFile);
  return keyFromText(stored, `The key file ${keyFile}`);
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
