/** The log as a person reads it at a terminal, and as JSON lines everywhere else. */
import { createRequire } from 'node:module';
import type { DestinationStream } from 'pino';
import { labelOf } from '#db/settings/describe.ts';
import type { DatabaseSettings } from '#db/settings/model.ts';
import type { LogLevel } from '#lib/config/model.ts';
import { createLogger, type Logger } from '#lib/log.ts';

/** Logs to standard error; pretty when that is a terminal and the pretty printer is installed. */
export function terminalLog(name: string, level: LogLevel): Logger {
  const destination = process.stderr.isTTY ? prettyStream() : null;
  return createLogger({ level, name, ...(destination ? { destination } : {}) });
}

/** The first line of a process: which database, and why this engine. */
export function logDatabase(log: Logger, settings: DatabaseSettings): void {
  const { engine, reason } = settings;
  log.info({ engine, database: labelOf(settings), reason }, 'database chosen');
}

/** pino-pretty is a development dependency: the container has none, and no terminal either. */
function prettyStream(): DestinationStream | null {
  try {
    // The module's default export is this function; its types describe the same options.
    const pretty = createRequire(import.meta.url)('pino-pretty') as (
      options: object,
    ) => DestinationStream;
    return pretty({
      destination: 2,
      sync: true,
      singleLine: true,
      translateTime: 'HH:MM:ss',
      ignore: 'pid,hostname,name,worker_id',
    });
  } catch {
    return null;
  }
}
