/**
 * `node bench/hostile/fuzz.ts --inputs N [--seed S] [PARSER…]`: random inputs for every parser, or those named. Whatever
 * they hold, a parser ends in a word or in an AppError; anything else is printed with the seed that made it, and the
 * exit code is 1.
 */
import { Command } from 'commander';
import { AppError } from '#lib/errors/app-error.ts';
import { parsers } from './parsers.ts';
import { shapes } from './shapes.ts';

/** Mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What parsers look at, and what they do not expect. */
const tokens = [
  '<',
  '>',
  '</',
  '<a href="',
  '<!--',
  '-->',
  '<![CDATA[',
  '&#x',
  '&amp;',
  '"',
  "'",
  '\\',
  '\\u',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '1e999',
  '-',
  'null',
  '\n',
  '\r',
  '\t',
  ' ',
  '\0',
  '%',
  '%zz',
  '*',
  '$',
  '#',
  'User-agent:',
  'Disallow:',
  'rel=next',
  ';',
  '=',
  '<url><loc>',
  '\ufeff',
  '\ud800',
  '\u00e9',
  'https://',
  '../',
  '__proto__',
  '? ',
  '- ',
  '&a ',
];

/** A beginning of a known shape, then tokens; a few bytes of it changed. */
function randomInput(name: string, seed: number): Uint8Array {
  const random = randomOf(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const makers = Object.values(shapes[name] ?? {});
  const begin = makers[below(makers.length)]?.(1 + below(2000)) ?? '';
  const rest = Array.from({ length: below(200) }, () => tokens[below(tokens.length)]).join('');
  const input = Buffer.from(random() < 0.5 ? begin + rest : rest + begin);
  for (let change = below(20); change > 0 && input.length > 0; change -= 1) {
    input[below(input.length)] = below(256);
  }
  return input;
}

/** What is read in a thread each time takes far longer: of those a twentieth. */
const inThreads: ReadonlySet<string> = new Set(['yaml', 'page text']);
export const inputsFor = (name: string, inputs: number): number =>
  inThreads.has(name) ? Math.ceil(inputs / 20) : inputs;

/** Runs inputs from a seed on; returns what went wrong, a line each. */
export async function fuzz(name: string, seed: number, inputs: number): Promise<string[]> {
  const parse = parsers[name];
  if (!parse) throw new Error(`no parser named "${name}"`);
  const faults: string[] = [];
  for (let at = 0; at < inputs; at += 1) {
    try {
      await parse(randomInput(name, seed + at));
    } catch (error) {
      if (!(error instanceof AppError)) faults.push(`${name}, seed ${seed + at}: ${error}`);
    }
  }
  return faults;
}

if (import.meta.main) {
  const command = new Command()
    .option('--inputs <n>', 'for each parser; a twentieth for those in threads', Number, 1000)
    .option('--seed <n>', 'of the first input', Number, 1)
    .argument('[parsers...]')
    .parse();
  const { inputs, seed } = command.opts<{ inputs: number; seed: number }>();
  for (const name of command.args.length > 0 ? command.args : Object.keys(parsers)) {
    const count = inputsFor(name, inputs);
    const faults = await fuzz(name, seed, count);
    console.log(`${name}: ${count} inputs, ${faults.length} faults`);
    for (const fault of faults) {
      console.log(`  ${fault}`);
      process.exitCode = 1;
    }
  }
  process.exit();
}
