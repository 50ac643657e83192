/**
 * Sources as YAML: the file format of the commands, so that what one exports the other reads. Each source and
 * its seeds are checked by its type's schemas.
 */
import { stringify } from 'yaml';
import { z } from 'zod';
import { type ConfigFile, fileSchema } from '#lib/config/file-schema.ts';
import type { Environment, SourceInput } from '#lib/config/model.ts';
import { type Fault, parseYamlText, type YamlFile } from '#lib/config/yaml-file.ts';
import { nearest } from '#lib/config/zod-hints.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject } from '#lib/json.ts';
import { listSourceTypes } from '#lib/source-types/registry.ts';
import type { CommonSettings, SourceType } from '#lib/source-types/source-type.ts';
import { defineHeavy } from '#lib/threads/heavy.ts';
import type { Source } from './read-sources.ts';
import { referenceFault } from './secret-references.ts';
import { seedFault } from './seeds.ts';

type Written = Pick<Source, 'name' | 'type' | 'enabled' | 'settings' | 'seeds' | 'storedSecrets'>;

/** `sources:` and `seeds:` of the configuration file. Of secrets it has the references alone. */
export function sourcesToYaml(sources: readonly Written[]): string {
  return stringify(
    {
      sources: sources.map(({ name, type, enabled, settings, storedSecrets }) => ({
        name,
        type,
        ...(enabled ? {} : { enabled }),
        ...settings,
        ...referencesOf(storedSecrets),
      })),
      seeds: sources.flatMap(({ name, seeds }) => seeds.map((seed) => ({ source: name, ...seed }))),
    },
    { lineWidth: 100 },
  );
}

function referencesOf(stored: Source['storedSecrets']): { secrets?: Record<string, string> } {
  const known = stored.flatMap(({ name, reference }) =>
    reference === null ? [] : [[name, reference] as const],
  );
  return known.length === 0 ? {} : { secrets: Object.fromEntries(known) };
}

/**
 * The sources of a YAML text, each with its seeds; other parts of a configuration file are checked
 * and left alone. Throws `config_invalid` naming key, line and what is allowed.
 */
export function parseSourcesYaml(
  text: string,
  options: { readonly file?: string } = {},
): SourceInput[] {
  const file = parseYamlText(text, options.file ?? 'The YAML');
  const content = file.parse(fileSchema, [], file.content ?? {});
  if ((content.sources ?? []).length === 0) {
    throw new AppError('config_invalid', `${file.name} holds no sources.`, {
      remedy: 'Put them under the key sources, as a list.',
    });
  }
  return sourcesOfFile(file, content, {}, { maxRetries: content.runner?.max_retries });
}

const parseInThread = defineHeavy('sources.yaml', (text: string) => parseSourcesYaml(text));

/**
 * The same of a text that somebody pasted, read in a thread: what a YAML takes cannot be told from its length, and one
 * that takes too long ends nothing but its own import.
 * Throws `config_invalid` for it too.
 */
export async function readSourcesYaml(text: string): Promise<SourceInput[]> {
  try {
    return await parseInThread(text);
  } catch (error) {
    const isHeavy =
      error instanceof AppError &&
      (error.code === 'reading_overran' || error.code === 'payload_too_complex');
    if (!isHeavy) throw error;
    throw new AppError('config_invalid', 'The YAML takes too long to read.', {
      remedy:
        'Divide it into several files, and nest it no more deeply than sources and seeds need.',
      cause: error,
    });
  }
}

/** Defaults of the runner that a source of the file takes over when it names none of its own. */
interface SourceDefaults {
  readonly maxRetries: number | undefined;
}

const nameSchema = z
  .string('give the source a name')
  .min(1, 'give the source a name')
  .max(100, 'at most 100 characters')
  .regex(/^[^\s:](?:[^:]*[^\s:])?$/u, 'no colon, and no blank at either end');

/** The environment variable that gives a source's secret: `INGEST_SOURCE_MY_WIKI_API_KEY`. */
function secretVariable(sourceName: string, secretName: string): string {
  const word = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  return `INGEST_SOURCE_${word(sourceName)}_${word(secretName)}`;
}

/** Throws `config_invalid` naming key, file and line. Secrets come from the environment alone. */
export function sourcesOfFile(
  file: YamlFile,
  content: ConfigFile,
  env: Environment,
  defaults: SourceDefaults,
): SourceInput[] {
  const declared = (content.sources ?? []).map((entry, index) =>
    declaredSource(file, entry, index),
  );
  const faults: Fault[] = [];
  for (const [index, { name }] of declared.entries()) {
    if (declared.findIndex((other) => other.name === name) < index) {
      faults.push({
        path: ['sources', index, 'name'],
        message: `there is already a source "${name}" above.`,
      });
    }
  }
  if (faults.length > 0) throw file.error(faults);

  const sources = declared.map((source, index) => ({
    ...source,
    ...parseSettings(file, source, index, defaults),
    seeds: [] as JsonObject[],
  }));
  for (const [index, entry] of (content.seeds ?? []).entries()) {
    const source = sources.find(({ name }) => name === entry['source']);
    const names = sources.map(({ name }) => name);
    if (!source) throw file.error([unknownSource(index, entry['source'], names)]);
    const { source: _, ...rest } = entry;
    source.seeds.push(parseSeed(file, source, rest, index));
  }
  return sources.map((source) => ({
    name: source.name,
    type: source.type.id,
    enabled: source.enabled,
    settings: source.settings,
    seeds: source.seeds,
    ...secretsOf(source, env),
  }));
}

/** What it holds besides is a secret, or meant as one: the message does not repeat it. */
const referencesSchema = z.record(
  z.string(),
  z.string('a reference is text').superRefine((text, context) => {
    const fault = referenceFault(text);
    if (fault !== null) {
      const message = `secrets do not belong in a file; ${fault}.`;
      context.addIssue({ code: 'custom', message });
    }
  }),
);

interface DeclaredSource {
  readonly name: string;
  readonly type: SourceType;
  readonly enabled: boolean;
  readonly settings: JsonObject;
  /** References by the names of the secrets. */
  readonly references: Readonly<Record<string, string>>;
}

function declaredSource(
  file: YamlFile,
  entry: Readonly<Record<string, unknown>>,
  index: number,
): DeclaredSource {
  const path = ['sources', index];
  const { name, type: typeId, enabled, secrets: references = {}, ...settings } = entry;
  const types = listSourceTypes();
  const type = types.find(({ id }) => id === typeId);
  if (!type) {
    const allowed = types.map(({ id }) => id).join(', ');
    throw file.error([
      { path: [...path, 'type'], message: `no such source type. Allowed: ${allowed}.` },
    ]);
  }
  const parsedName = file.parse(nameSchema, [...path, 'name'], name);
  const secret = Object.keys(type.secretFields).find((key) => key in settings);
  if (secret !== undefined) {
    const variable = secretVariable(parsedName, secret);
    const message = `secrets do not belong in a file; set the environment variable ${variable}.`;
    throw file.error([{ path: [...path, secret], message, atKey: true }]);
  }
  return {
    name: parsedName,
    type,
    references: file.parse(referencesSchema, [...path, 'secrets'], references),
    enabled: file.parse(z.boolean().default(true), [...path, 'enabled'], enabled),
    // A YAML map read by `toJS` holds JSON values only; the type's schema checks them next.
    settings: settings as JsonObject,
  };
}

/** The settings as written, for the form, and as the type reads them, with its defaults. */
function parseSettings(
  file: YamlFile,
  source: DeclaredSource,
  index: number,
  defaults: SourceDefaults,
): { settings: JsonObject; parsed: CommonSettings } {
  const settings = { ...source.settings };
  if (defaults.maxRetries !== undefined) settings['max_retries'] ??= defaults.maxRetries;
  return {
    settings,
    parsed: file.parse(source.type.settingsSchema, ['sources', index], settings),
  };
}

function parseSeed(
  file: YamlFile,
  source: { readonly name: string; readonly type: SourceType; readonly parsed: CommonSettings },
  seed: Readonly<Record<string, unknown>>,
  index: number,
): JsonObject {
  const path = ['seeds', index];
  const parsed = file.parse(source.type.seedSchema, path, seed);
  const context = { sourceName: source.name, settings: source.parsed, secrets: {} };
  const message = seedFault(source.type, context, parsed);
  if (message) throw file.error([{ path, message }]);
  // As above: JSON values, now known to fit the seed's schema; kept as written for the form.
  return seed as JsonObject;
}

function unknownSource(index: number, given: unknown, names: readonly string[]): Fault {
  const near = typeof given === 'string' ? nearest(given, names) : null;
  const hint = near ? ` Did you mean "${near}"?` : '';
  const list = names.length > 0 ? `Allowed: ${names.join(', ')}.` : 'The file declares no sources.';
  return {
    path: ['seeds', index, 'source'],
    message: `no such source in this file.${hint} ${list}`,
  };
}

/** The secrets of the environment, else where the file says that they stand. */
function secretsOf(source: DeclaredSource, env: Environment): { secrets?: Record<string, string> } {
  const secrets: Record<string, string> = { ...source.references };
  for (const name of Object.keys(source.type.secretFields)) {
    const value = env[secretVariable(source.name, name)];
    if (value !== undefined && value !== '') secrets[name] = value;
  }
  return Object.keys(secrets).length > 0 ? { secrets } : {};
}
