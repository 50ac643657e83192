/** Every command is a file of this folder, a script of package.json and a chapter of docs/commands.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it, test } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { exitCodesOf, factsOf } from './support/program.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => path.basename(file, '.ts'))
  .sort();

async function programOf(file: string): Promise<Command> {
  const module: { program: Command } = await import(path.join(import.meta.dirname, `${file}.ts`));
  return module.program;
}
const { program: start } = await import('../scripts/start.ts');
const programs = new Map<string, Command>();
for (const file of files) programs.set(file, await programOf(file));

describe('a command', () => {
  it.each(files)('%s is run by the script of its name', (file) => {
    const name = programs.get(file)?.name() ?? '';
    expect(name.replace(':', '-')).toBe(file);
    const script = new Map(Object.entries(packageFile.scripts)).get(name);
    // The worker is launched from its bundle, with flags of its own.
    expect(script).toBe(file === 'worker' ? 'node scripts/worker.ts' : `node commands/${file}.ts`);
  });

  it('that a script runs from this folder is one of them', () => {
    const run = Object.values(packageFile.scripts).flatMap(
      (script) => /^node commands\/(.+)\.ts$/.exec(script)?.[1] ?? [],
    );
    expect(run.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('that compose, the image or a document runs from the bundle is one of them', async () => {
    const named = new Set<string>();
    for await (const file of glob(
      ['docker-compose.yml', 'Dockerfile', 'README.md', 'CONTRIBUTING.md', 'docs/**/*.md'],
      { cwd: root },
    )) {
      for (const [, name] of read(file).matchAll(/\bdist\/bin\/([a-z-]+)\.mjs/g))
        named.add(name ?? '');
    }
    expect([...named].sort()).toEqual(expect.arrayContaining(['db-init', 'first-start', 'worker']));
    expect([...named].filter((name) => !files.includes(name))).toEqual([]);
  });

  it('that a document runs with pnpm is a script of package.json', async () => {
    const faults: string[] = [];
    const known = [...Object.keys(packageFile.scripts), 'install', 'exec', 'add'];
    for await (const file of glob(['README.md', 'CONTRIBUTING.md', 'docs/*.md'], { cwd: root })) {
      for (const [call, name = ''] of read(file).matchAll(/`pnpm ([a-z]+(?:[:-][a-z]+)*)\b/g))
        if (!known.includes(name)) faults.push(`${file}: ${call}`);
    }
    expect(faults).toEqual([]);
  });
});

/** The commands under a program that do something, each with its call. */
function leavesOf(program: Command, call = program.name()): [string, Command][] {
  return program.commands.flatMap((sub): [string, Command][] => {
    const name = `${call} ${sub.name()}`;
    return sub.commands.length > 0 ? leavesOf(sub, name) : [[name, sub]];
  });
}

/** Said once where a program has very many commands. */
const shared = ['--url', '--config', '--database', '--json'];
const isLarge = (program: Command) => leavesOf(program).length > 10;

function commonRowsOf(program: Command): string[] {
  const [[, first] = []] = leavesOf(program);
  if (!first || !isLarge(program)) return [];
  const own = first.options.flatMap(({ long }) => (long && !shared.includes(long) ? [long] : []));
  return ['Every one of them takes these options:', '', ...rowsOf(first, own, false)];
}

/** `--config <file>`, argument or option, with what it is and its default. */
function rowsOf(program: Command, without: readonly string[] = [], hasArguments = true): string[] {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = [
    ...(hasArguments ? program.registeredArguments : []).map(
      (argument) => [`<${argument.name()}>`, argument.description] as const,
    ),
    ...program.options
      .filter(({ long }) => long !== '--version' && !without.includes(long ?? ''))
      .map(({ flags, description, defaultValue }) => {
        const shown = defaultValue === undefined || defaultValue === false;
        return [flags, shown ? description : `${description} (default: ${defaultValue})`] as const;
      }),
  ];
  if (rows.length === 0) return [];
  return [
    '| option | meaning |',
    '| --- | --- |',
    ...rows.map(([flags, meaning]) => `| \`${cell(flags)}\` | ${cell(meaning)} |`),
    '',
  ];
}

function chapter(program: Command): string {
  const facts = factsOf(program);
  const calls = facts.examples.map(
    ([args, does]) => [`pnpm ${facts.name} ${args}`.trim(), does] as const,
  );
  const width = Math.max(...calls.map(([call]) => call.length));
  return [
    `## pnpm ${facts.name}`,
    '',
    facts.description,
    '',
    `- Reads: ${facts.reads}.`,
    `- Changes: ${facts.changes}.`,
    `- Exit codes: ${exitCodesOf(facts).join('; ')}.`,
    '',
    ...rowsOf(program),
    ...commonRowsOf(program),
    ...leavesOf(program).flatMap(([call, sub]) => [
      `### pnpm ${call}`,
      '',
      sub.description(),
      '',
      ...rowsOf(sub, isLarge(program) ? shared : []),
    ]),
    '```sh',
    ...calls.map(([call, does]) => `${call.padEnd(width)}   # ${does}`),
    '```',
    '',
  ].join('\n');
}

const document = `# Commands

<!-- Written by commands/commands-document.test.ts from the commands themselves: after a change of one,
\`pnpm test:unit commands -u\`. -->

\`pnpm NAME --help\` prints the same, \`--version\` the version. All read the same settings:
[configuration.md](configuration.md). An error is printed on standard error as \`✗ code: sentence\` and its remedy, and
with \`--json\` standard output has JSON alone. In the image \`node dist/bin/NAME.mjs\` runs a command, with \`-\` for
the colon in its name: \`node dist/bin/db-init.mjs\`; \`start\` is not in it.

${[start, ...programs.values()].map(chapter).join('\n')}`;

test('docs/commands.md says what the commands say', async () => {
  await expect(document).toMatchFileSnapshot('../docs/commands.md');
});
