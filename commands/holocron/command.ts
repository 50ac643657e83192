/**
 * What a command of `pnpm holocron` is made of. The tables of this folder list them; parsing, help and
 * docs/commands.md follow.
 */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { ZodError, type z } from 'zod';
import { AppError } from '#lib/errors/app-error.ts';
import {
  type CommonFlags,
  configOption,
  databaseOption,
  jsonOption,
  type Output,
  outputOf,
} from '../support/program.ts';
import { type Client, endpointOf, notTheApi } from './client.ts';

/** `--max-items <n>` is `maxItems: option('<n>', 'take …', wholeText(1, 1000))`; without a value it is a flag. */
interface DeclaredOption<S extends z.ZodType = z.ZodType> {
  /** `<n>`, `<name...>`; null for a flag that is on or off. */
  readonly value: string | null;
  readonly help: string;
  readonly schema: S;
}

export const option = <S extends z.ZodType>(
  value: string | null,
  help: string,
  schema: S,
): DeclaredOption<S> => ({ value, help, schema });

type DeclaredOptions = Readonly<Record<string, DeclaredOption>>;
type Given<O extends DeclaredOptions> = { readonly [K in keyof O]: z.output<O[K]['schema']> };

interface Call<O extends DeclaredOptions = DeclaredOptions> {
  readonly client: Client;
  readonly out: Output;
  /** By the names of the arguments; that of one that ends with `...` is parted by blanks no longer. */
  readonly args: Readonly<Record<string, string>>;
  readonly options: Given<O>;
}

export interface HolocronCommand {
  /** `runs launch`. */
  readonly name: string;
  readonly summary: string;
  /** What stands in angle brackets, with what it is. */
  readonly args: Readonly<Record<string, string>>;
  readonly options: DeclaredOptions;
  readonly run: (call: Call) => Promise<void>;
}

export function command<const O extends DeclaredOptions>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly options?: O;
  readonly run: (call: Call<O>) => Promise<void>;
}): HolocronCommand {
  return {
    ...definition,
    args: definition.args ?? {},
    options: definition.options ?? {},
    // Options are parsed by these very schemas before it is called.
    run: (call) => definition.run(call as Call<O>),
  };
}

/** A command that asks one endpoint, with the endpoint's own summary; its arguments fill the path. */
export function oneCall<const O extends DeclaredOptions = Record<never, never>>(
  name: string,
  id: string,
  definition: {
    readonly args?: Readonly<Record<string, string>>;
    readonly options?: O;
    readonly body?: (options: Given<O>) => unknown;
    readonly query?: (options: Given<O>) => Readonly<Record<string, string | undefined>>;
    readonly print: (out: Output, answer: unknown, args: Call['args']) => void;
  },
): HolocronCommand {
  const { summary } = endpointOf(id);
  return command({
    name,
    summary: `${thirdPerson(summary)}.`,
    ...(definition.args ? { args: definition.args } : {}),
    ...(definition.options ? { options: definition.options } : {}),
    async run({ client, out, args, options }) {
      const body = definition.body?.(options as Given<O>);
      const query = definition.query?.(options as Given<O>);
      const answer = await client.ask(id, {
        params: args,
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body }),
      });
      definition.print(out, answer, args);
      out.result(asObject(answer));
    },
  });
}

/** `Pause a run` as `Pauses a run`, as commands are described. */
function thirdPerson(imperative: string): string {
  const [verb = '', ...rest] = imperative.split(' ');
  const form = verb === 'Have' ? 'Has' : `${verb}${/(?:[cs]h|ss)$/.test(verb) ? 'es' : 's'}`;
  return [form, ...rest].join(' ');
}

/** With --json every command ends with an object. */
const asObject = (answer: unknown): object =>
  typeof answer === 'object' && answer !== null ? answer : { done: true };

type PlaceFlags = CommonFlags & { readonly url?: string; readonly plainHttp?: boolean };

export type Open = (flags: PlaceFlags) => Promise<Client>;

/** Puts the commands under a program, `runs launch` as `launch` under `runs`. */
export function addCommands(
  program: Command,
  commands: readonly HolocronCommand[],
  groups: Readonly<Record<string, string>>,
  open: Open,
): void {
  for (const [name, summary] of Object.entries(groups)) program.command(name).description(summary);
  for (const one of commands) {
    const [first = '', second] = one.name.split(' ');
    const group = program.commands.find((known) => known.name() === first);
    if (second !== undefined && !group) throw new Error(`${first} is no group of commands`);
    const made = (second === undefined ? program : (group ?? program)).command(second ?? first);
    addCommand(made, one, open);
  }
}

/** `runId` as `run-id`, as options are written. */
export const kebab = (name: string) =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function addCommand(made: Command, one: HolocronCommand, open: Open): void {
  made.description(one.summary);
  for (const [name, help] of Object.entries(one.args)) {
    made.addArgument(new Argument(`<${kebab(name)}>`, help));
  }
  for (const [name, { value, help, schema }] of Object.entries(one.options)) {
    const flags = `--${kebab(name)}${value === null ? '' : ` ${value}`}`;
    const made_ = new Option(flags, help);
    // A list is parsed as a whole, below.
    if (value !== null && !value.includes('...')) made_.argParser(checked(schema));
    made.addOption(made_);
  }
  made
    .addOption(
      new Option(
        '--url <address>',
        'of a console, with HOLOCRON_TOKEN; else the database is used',
      ).env('HOLOCRON_URL'),
    )
    .addOption(
      new Option(
        '--plain-http',
        'send the token to a console without TLS that is not on this machine',
      ).default(false),
    )
    .addOption(configOption())
    .addOption(databaseOption())
    .addOption(jsonOption());
  made.action(async (...given: unknown[]) => {
    const names = Object.keys(one.args);
    const flags = made.opts<PlaceFlags>();
    const args = Object.fromEntries(names.map((name, at) => [name, String(given[at])]));
    const options = parsed(one.options, made.opts());
    const out = outputOf(flags);
    const client = await open(flags);
    try {
      await one.run({ client, out, args, options });
    } catch (error) {
      if (!(error instanceof ZodError)) throw error;
      throw notTheApi(client.place, error);
    } finally {
      await client.close();
    }
  });
}

const checked = (schema: z.ZodType) => (text: string) => {
  const { success, error } = schema.safeParse(text);
  if (success) return text;
  throw new InvalidArgumentError(error.issues[0]?.message ?? 'It is not understood.');
};

function parsed(declared: DeclaredOptions, given: Record<string, unknown>): Given<DeclaredOptions> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, { schema }]) => {
      const value = schema.safeParse(given[name]);
      if (value.success) return [name, value.data];
      const message = value.error.issues[0]?.message ?? 'It is not understood.';
      throw new AppError('usage', `--${kebab(name)}: ${message}`);
    }),
  );
}
