/**
 * Looks for malware in what is about to leave as a file: a clamd is asked (https://docs.clamav.net, `clamd(8)`,
 * INSTREAM). What it cannot be asked about does not leave either.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Db } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { recordAudit } from '#lib/audit/record-audit.ts';
import type { ScannerSettings } from '#lib/config/scanner-settings.ts';
import { AppError } from '#lib/errors/app-error.ts';

/** Longer than clamd needs for the largest body that is kept, ms. */
const timeoutMs = 30_000;
const chunkBytes = 64 * 1024;
/** `stream: ` and the name of what was found. */
const mostAnswerBytes = 4_096;

interface Leaving {
  readonly ingestId: string;
  readonly content: Uint8Array | string;
  readonly scanner: ScannerSettings | null;
}

/**
 * @param leaving `scanner` null = nothing is looked for
 * @throws AppError `malware_found`, which stands in the audit log as well, and `scanner_unavailable`
 */
export async function requireClean(
  db: Db,
  actor: Actor,
  { ingestId, content, scanner }: Leaving,
): Promise<void> {
  if (scanner === null) return;
  const found = await scan(scanner, Buffer.from(content));
  if (found === null) return;
  await db.transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'record.malware',
      targetType: 'record',
      targetId: ingestId,
      summary: `Was refused a record in which the scanner found ${found}`,
    }),
  );
  throw new AppError('malware_found', `The scanner found ${found} in this.`);
}

/** The name of what was found; null for nothing. Throws AppError `scanner_unavailable`. */
export async function scan(scanner: ScannerSettings, content: Buffer): Promise<string | null> {
  const socket = connect(scanner);
  try {
    const answer = await ask(socket, content);
    const [, found] = /^stream: (.+) FOUND$/.exec(answer) ?? [];
    if (found !== undefined) return found.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
    if (answer === 'stream: OK') return null;
    throw new Error(`clamd answered ${JSON.stringify(answer)}`);
  } catch (cause) {
    throw new AppError('scanner_unavailable', 'It could not be scanned for malware.', { cause });
  } finally {
    socket.destroy();
  }
}

async function ask(socket: Socket, content: Buffer): Promise<string> {
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('clamd takes too long')));
  await once(socket, 'connect');
  // It may answer before it has all, where that is more than it takes.
  const answer = answerOf(socket);
  answer.catch(() => undefined);
  socket.write('zINSTREAM\0');
  for (let at = 0; at < content.length && !socket.destroyed; at += chunkBytes) {
    const chunk = content.subarray(at, at + chunkBytes);
    socket.write(lengthOf(chunk));
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), answer]);
  }
  socket.write(lengthOf(Buffer.alloc(0)));
  return answer;
}

function lengthOf({ length }: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

async function answerOf(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of socket.iterator({ destroyOnReturn: false })) {
    // A socket without an encoding gives bytes.
    const bytes = part as Buffer;
    parts.push(bytes);
    length += bytes.length;
    if (bytes.includes(0) || length > mostAnswerBytes) break;
  }
  const [text = ''] = Buffer.concat(parts).toString('utf8').split('\0', 1);
  return text.trim();
}
