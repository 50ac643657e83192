/** Errors that another try may not meet: of time-outs, of a busy database, of a console that was not there. */
import type { PublicError } from '#lib/errors/app-error.ts';

export const mayPass = ({ code }: Pick<PublicError, 'code'>): boolean =>
  code.startsWith('db_') ||
  code === 'internal' ||
  code === 'console_unreachable' ||
  code.includes('timeout');
