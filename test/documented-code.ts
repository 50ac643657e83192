/** Code that the documents show, so that tests compile it and run it as a reader would. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

const root = path.resolve(import.meta.dirname, '..');

export interface DocumentedCode {
  /** The nearest heading above, without its marks. */
  readonly heading: string;
  /** What stands after the fence: `ts`, `sql sqlserver`. */
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a document, in order; `file` is relative to the repository. */
export function codeOf(file: string): DocumentedCode[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  let heading = '';
  return [...text.matchAll(/^#{2,6} (.+)$|^```(\S.*)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, title, language, code]) => {
      if (title !== undefined) heading = title;
      return language === undefined || code === undefined ? [] : [{ heading, language, code }];
    },
  );
}

export interface Outline {
  readonly directory: string;
  /** What the compiler says of `include` under the rules of this house; empty when it is content. */
  compile(include: readonly string[]): Promise<string>;
  /** Runs one of its files with `env` beside the environment; what it prints. */
  run(file: string, args?: readonly string[], env?: Record<string, string>): Promise<string>;
  remove(): Promise<void>;
}

/** A directory with the house in outline: shown code resolves its imports there as if it were part of it. */
export async function outlineOfTheHouse(): Promise<Outline> {
  const directory = await mkdtemp(path.join(tmpdir(), 'documented-'));
  for (const name of ['db', 'lib', 'test', 'node_modules']) {
    await symlink(path.join(root, name), path.join(directory, name));
  }
  const { imports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const write = (file: string, value: object) =>
    writeFile(path.join(directory, file), JSON.stringify(value));
  await write('package.json', { type: 'module', imports });
  return {
    directory,
    compile: async (include) => {
      const compilerOptions = { incremental: false, plugins: [], types: ['node'] };
      await write('tsconfig.json', {
        extends: path.join(root, 'tsconfig.json'),
        compilerOptions,
        include,
      });
      const tsc = path.join(root, 'node_modules/.bin/tsc');
      // The compiler is a script that looks for this Node.
      const { stdout } = await execa(tsc, ['--noEmit', '-p', directory], {
        reject: false,
        env: { PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH']}` },
      });
      return stdout;
    },
    run: async (file, args = [], env = {}) => {
      const { stdout } = await execa(process.execPath, [path.join(directory, file), ...args], {
        env,
      });
      return stdout;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
