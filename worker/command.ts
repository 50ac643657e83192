/** What the commands have in common: options that are whole numbers, and how a fault is told. */
import { InvalidArgumentError } from 'commander';
import { AppError, toPublicError } from '#lib/errors/app-error.ts';

/** A commander parser for whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Code, sentence and remedy; unknown faults are told in full, since here the reader is the operator. */
export function explain(error: unknown): string {
  const { code, message, remedy } = toPublicError(error);
  const detail =
    code === 'internal' && error instanceof Error && !(error instanceof AppError)
      ? `\n${error.stack ?? error.message}`
      : '';
  return `✗ ${code}: ${message}\n  → ${remedy}${detail}`;
}
