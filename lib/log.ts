/** The structured log of every process: JSON lines with ids, never a secret. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { DatabaseError } from '#db/errors.ts';
import type { LogLevel } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { redacted, redactSecrets, secretMembers } from '#lib/redact-secrets.ts';

export type { Logger } from 'pino';

interface LogOptions {
  readonly level: LogLevel;
  /** Who writes: `web`, `worker`, `ingest`. */
  readonly name: string;
  /** Default: standard error, so that standard output stays the command's answer. */
  readonly destination?: DestinationStream;
}

export function createLogger({ level, name, destination }: LogOptions): Logger {
  const options = {
    name,
    level,
    redact: {
      // At the top, and one and two levels down.
      paths: secretMembers.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]),
      censor: redacted,
    },
    serializers: { err: serializeError },
    // Names are not enough: an address in a sentence may carry a key.
    hooks: { streamWrite: redactSecrets },
  };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: true }));
}

/** An error with its code and its causes. Fields of driver errors are left out: they can hold settings. */
function serializeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  const known = error instanceof AppError || error instanceof DatabaseError;
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: error.message,
    ...(known ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}
