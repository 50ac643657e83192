import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '#lib/errors/app-error.ts';
import { loadEnvFile } from './env-file.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'env-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Variables = Record<string, string | undefined>;

function load(text: string, env: Variables = {}): Variables {
  const file = path.join(directory, '.env');
  writeFileSync(file, text);
  loadEnvFile(env, file);
  return env;
}

const ordinary = [
  '# a comment',
  'A=plain',
  '',
  'B="with blanks # and a sign"  # a comment',
  "C='single'",
  'D=value # a comment',
  'E=',
  'export F=exported',
  ' G = spaced ',
  'H="two\\nlines"',
  '# I=commented out',
];

describe('.env', () => {
  it.each([
    ['as Unix writes it', ordinary.join('\n')],
    ['as Windows writes it', ordinary.join('\r\n')],
    ['with a byte order mark', `\uFEFFA=plain\n${ordinary.join('\n')}`],
  ])('%s is read with quotes, comments and empty lines', (_, text) => {
    expect(load(text)).toEqual({
      A: 'plain',
      B: 'with blanks # and a sign',
      C: 'single',
      D: 'value',
      E: '',
      F: 'exported',
      G: 'spaced',
      H: 'two\nlines',
    });
  });

  it('is read by the console in the same way', () => {
    const next = createRequire(createRequire(import.meta.url).resolve('next/package.json'));
    // The module's own types name this function so.
    const { loadEnvConfig } = next('@next/env') as {
      loadEnvConfig(
        dir: string,
        dev: boolean,
        log: { info(): void; error(): void },
      ): { loadedEnvFiles: { env: Record<string, string> }[] };
    };
    const ours = load(ordinary.join('\r\n'));
    const before = { ...process.env };
    const log = { info: () => undefined, error: () => undefined };
    try {
      const [file] = loadEnvConfig(directory, false, log).loadedEnvFiles;
      expect(file?.env).toEqual(ours);
    } finally {
      for (const name of Object.keys(process.env)) {
        if (!(name in before)) delete process.env[name];
      }
    }
  });

  it('changes nothing that is set already, not even to nothing', () => {
    expect(load('A=file\nB=file', { A: 'given', B: '' })).toEqual({ A: 'given', B: '' });
  });

  it('keeps the signs of a password', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell would replace is kept.
    const replaced = 'x$HOME${HOME}';
    expect(load(`A=pa$$w0rd\nB='${replaced}'`)).toEqual({ A: 'pa$$w0rd', B: replaced });
  });

  it('that does not exist is none', () => {
    const env = {};
    loadEnvFile(env, path.join(directory, 'none'));
    expect(env).toEqual({});
  });

  it('that cannot be read is refused by name', () => {
    expect(() => loadEnvFile({}, directory)).toThrow(AppError);
    expect(() => loadEnvFile({}, directory)).toThrow(`The file ${directory} cannot be read.`);
  });
});
