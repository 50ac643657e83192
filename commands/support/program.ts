/** What the commands have in common: options that are whole numbers, and how a fault is told. */
import { type Command, InvalidArgumentError } from 'commander';
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

/**
 * Runs the command line of this process. A fault is told on standard error and leaves exit code 1;
 * a wrong call ends the process with it, under the code `usage` like every other fault.
 */
export async function runProgram(program: Command): Promise<void> {
  program.configureOutput({ outputError: (text, write) => write(`${explain(wrongCall(text))}\n`) });
  try {
    // pnpm hands a separating “--” on.
    await program.parseAsync(process.argv.filter((word, index) => index < 2 || word !== '--'));
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}

/** commander's `error: unknown option '--sede'\n(Did you mean --seed?)\n` as a sentence. */
function wrongCall(text: string): AppError {
  const sentence = text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
  const ended = /[.)]$/.test(sentence) ? sentence : `${sentence}.`;
  return new AppError('usage', `${ended.charAt(0).toUpperCase()}${ended.slice(1)}`);
}
