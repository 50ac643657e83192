/** What all commands have in common: how one is declared, run, helped with, and how it prints. */
import { Command, Help, InvalidArgumentError, Option } from 'commander';
import { loadEnvFile } from '#lib/config/env-file.ts';
import type { ConfigFlags, Settings } from '#lib/config/model.ts';
import { AppError, toPublicError } from '#lib/errors/app-error.ts';
import { loadSettings } from '#lib/load-config.ts';
import packageFile from '../../package.json' with { type: 'json' };

/** What --help and docs/commands.md say of a command beside its options. */
export interface CommandFacts {
  /** As `pnpm` runs it: `db:init`. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** What it reads and what it changes, a clause each. */
  readonly reads: string;
  readonly changes: string;
  /** Arguments after the name, each with what it does. */
  readonly examples: readonly (readonly [args: string, does: string])[];
  /** Beside 0, done, and 1, it could not be done. */
  readonly exitCodes?: Readonly<Record<number, string>>;
}

const help = new Help();
const declared = new WeakMap<Command, CommandFacts>();

/** Declares a command; options and action are the caller's. */
export function defineCommand(facts: CommandFacts): Command {
  const program = new Command(facts.name)
    .description(facts.description)
    .version(packageFile.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    // Both before subcommands are made, which take them over.
    .configureHelp({
      // That a flag is off unless given goes without saying.
      optionDescription: (option) =>
        option.defaultValue === false ? option.description : help.optionDescription(option),
    })
    .configureOutput({ outputError: (text, write) => write(`${explain(wrongCall(text))}\n`) })
    .addHelpText('after', () => `\n${helpAfterOptions(facts)}`);
  declared.set(program, facts);
  return program;
}

/** Of a program made by `defineCommand`. */
export function factsOf(program: Command): CommandFacts {
  const facts = declared.get(program);
  if (facts === undefined) throw new Error(`${program.name()} was not made by defineCommand`);
  return facts;
}

/** `0 done`, `1 …`, in order. */
export function exitCodesOf({ exitCodes = {} }: CommandFacts): string[] {
  const all = {
    0: 'done',
    1: 'it failed, and printed code, sentence and remedy',
    ...exitCodes,
  };
  return Object.entries(all).map(([code, meaning]) => `${code} ${meaning}`);
}

function helpAfterOptions(facts: CommandFacts): string {
  const calls = facts.examples.map(
    ([args, does]) => [`pnpm ${facts.name} ${args}`.trim(), does] as const,
  );
  const width = Math.max(...calls.map(([call]) => call.length));
  return [
    'Examples:',
    ...calls.map(([call, does]) => `  ${call.padEnd(width)}  ${does}`),
    '',
    `Reads:   ${facts.reads}.`,
    `Changes: ${facts.changes}.`,
    `Exit codes: ${exitCodesOf(facts).join('; ')}.`,
    'Settings: options, then the environment, then .env, then the YAML file, then defaults; docs/configuration.md.',
  ].join('\n');
}

export const configOption = () =>
  new Option('--config <file>', 'YAML file with settings (default: INGEST_CONFIG)');
export const databaseOption = () =>
  new Option('--database <name>', 'the file of SQLite, or the name of the database on SQL Server');
export const jsonOption = () =>
  new Option('--json', 'print one JSON object as the last line of standard output').default(false);

export type SettingsFlags = Pick<ConfigFlags, 'config' | 'database'>;

/** What `addCommonOptions` gives. */
export interface CommonFlags extends SettingsFlags {
  readonly json: boolean;
}

/** `--config`, `--database` and `--json`, which most commands have. */
export function addCommonOptions(program: Command): Command {
  return program.addOption(configOption()).addOption(databaseOption()).addOption(jsonOption());
}

/** The settings for a command without a log; what has no effect is named on standard error. */
export function settingsFrom(flags: SettingsFlags): Settings {
  const settings = loadSettings({ flags });
  for (const note of settings.notes) console.error(`! ${note}`);
  return settings;
}

/** Says on standard error which database is meant, for a person who has several. */
export function printDatabase({ label }: { readonly label: string }): void {
  console.error(`Database: ${label}`);
}

/** The answer of a command: lines for a person, or with --json one object that ends standard output. */
export interface Output {
  readonly line: (text: string) => void;
  readonly result: (object: object) => void;
}

export function outputOf({ json }: { readonly json?: boolean }): Output {
  return {
    line: (text) => {
      if (!json) console.log(text);
    },
    result: (object) => {
      if (json) console.log(JSON.stringify(object));
    },
  };
}

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

/** Code, sentence and remedy; an unknown error is printed in full, since here the reader is the operator. */
export function explain(error: unknown): string {
  const { code, message, remedy } = toPublicError(error);
  const detail =
    code === 'internal' && error instanceof Error && !(error instanceof AppError)
      ? `\n${error.stack ?? error.message}`
      : '';
  return `✗ ${code}: ${message}\n  → ${remedy}${detail}`;
}

/**
 * Runs the command line of this process, with the variables of `.env`. An error is printed on standard error and
 * leaves exit code 1; a wrong call ends the process with it, under the code `usage` like every other error.
 */
export async function runProgram(program: Command): Promise<void> {
  try {
    loadEnvFile();
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
