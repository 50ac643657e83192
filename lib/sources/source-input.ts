/** Checks what a form, a file or a command gives for a source; every fault stands beside its field. */
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { allowedKeys, nearest } from '#lib/config/zod-hints.ts';
import { AppError } from '#lib/errors/app-error.ts';
import type { JsonObject, JsonValue } from '#lib/json.ts';
import { visibleName } from '#lib/people-text.ts';
import { leastSecretLength, redacted } from '#lib/redact-secrets.ts';
import { getSourceType, listSourceTypes } from '#lib/source-types/registry.ts';
import type { CommonSettings, SourceType } from '#lib/source-types/source-type.ts';
import { isReference, referenceFault } from './secret-references.ts';
import { seedFault } from './seeds.ts';

const jsonObject = z.record(
  z.string(),
  z.json() as z.ZodType<JsonValue>, // zod's JSON type is this union by another name
);

/** A source as a form or a program gives it; what settings and seeds hold is checked by its type. */
export const sourceInputSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  settings: jsonObject,
  seeds: z.array(jsonObject).max(1000),
  secrets: z.record(z.string(), z.string()),
});

export interface CheckedInput {
  readonly name: string;
  readonly type: SourceType;
  readonly enabled: boolean;
  readonly settings: CommonSettings;
  readonly seeds: readonly unknown[];
  readonly settingsJson: JsonObject;
  readonly seedsJson: readonly JsonObject[];
  readonly secrets: Readonly<Record<string, string>>;
}

/** The colon is what joins the parts of a dedupe key, so no part but the last may hold one. */
const sourceName = z
  .string('give the source a name')
  .min(1, 'give the source a name')
  .max(100, 'at most 100 characters')
  .refine((name) => name.trim() === name, 'remove the blanks at its ends')
  .refine((name) => !name.includes(':'), 'must not contain a colon')
  .superRefine(visibleName);

type Fields = Record<string, string>;

/** Throws `source_type_unknown` or `input_invalid` with all faults by dotted path. */
export function checkSourceInput(input: SourceInput): CheckedInput {
  const fields: Fields = {};
  const name = sourceName.safeParse(input.name);
  if (!name.success) collect(fields, name.error, sourceName, 'name');
  const type = listSourceTypes().some(({ id }) => id === input.type)
    ? getSourceType(input.type)
    : null;
  if (!type) {
    fields['type'] = `no such source type; allowed: ${listSourceTypes()
      .map(({ id }) => id)
      .join(', ')}`;
    throw invalid(fields);
  }
  const settings = type.settingsSchema.safeParse(input.settings);
  if (!settings.success) collect(fields, settings.error, type.settingsSchema, 'settings');
  const seeds = input.seeds.map((seed, index) => {
    const parsed = type.seedSchema.safeParse(seed);
    if (!parsed.success) collect(fields, parsed.error, type.seedSchema, `seeds.${index}`);
    return parsed.data;
  });
  const secrets = input.secrets ?? {};
  collectSecretFaults(fields, type, secrets);
  if (settings.success && Object.keys(fields).length === 0) {
    collectSeedItemFaults(fields, type, input.name, settings.data, seeds);
  }
  if (!settings.success || Object.keys(fields).length > 0) throw invalid(fields);
  return {
    name: input.name,
    type,
    enabled: input.enabled,
    settings: settings.data,
    seeds,
    settingsJson: jsonObjectOf(settings.data),
    seedsJson: seeds.map(jsonObjectOf),
    secrets,
  };
}

function invalid(fields: Fields): AppError {
  const [[path, message] = ['', '']] = Object.entries(fields);
  const others = Object.keys(fields).length - 1;
  const more = others > 0 ? ` (and ${others} more)` : '';
  return new AppError('input_invalid', `${path}: ${message}${more}.`, { fields });
}

function collect(fields: Fields, error: z.ZodError, schema: z.ZodType, base: string): void {
  for (const issue of error.issues) {
    const path = [base, ...issue.path.map(String)].join('.');
    if (issue.code !== 'unrecognized_keys') {
      fields[path] ??= issue.message;
      continue;
    }
    const allowed = allowedKeys(schema, issue.path);
    for (const key of issue.keys) {
      const near = nearest(key, allowed);
      fields[`${path}.${key}`] = near
        ? `unknown; did you mean ${near}?`
        : `unknown; allowed: ${allowed.join(', ')}`;
    }
  }
}

/** What a header holds as it is. */
const ascii = /^[\x20-\x7e]*$/;
const printable = /^\P{Cc}*$/u;

function collectSecretFaults(
  fields: Fields,
  type: SourceType,
  secrets: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(secrets)) {
    const path = `secrets.${name}`;
    const field = Object.hasOwn(type.secretFields, name) ? type.secretFields[name] : undefined;
    if (!field) {
      const allowed = Object.keys(type.secretFields).join(', ') || 'none';
      fields[path] = `unknown; allowed: ${allowed}`;
    } else if (isReference(value)) {
      const fault = referenceFault(value);
      if (fault !== null) fields[path] = fault;
    } else if (value === redacted || /^[•*]+$/.test(value)) {
      fields[path] = 'this is the mask, not a secret; leave it empty to keep the stored one';
    } else if (value.length > 4000 || !(field.isEncoded ? printable : ascii).test(value)) {
      const kind = field.isEncoded
        ? 'characters, without control characters'
        : 'plain ASCII characters';
      fields[path] = `use at most 4000 ${kind}`;
    } else if (value !== '' && value.length < leastSecretLength) {
      fields[path] =
        `use at least ${leastSecretLength} characters: a shorter one could not be told from other text in what servers answer`;
    }
  }
}

/** What only shows when the seeds become items, such as a relative address without a base. */
function collectSeedItemFaults(
  fields: Fields,
  type: SourceType,
  sourceNameText: string,
  settings: CommonSettings,
  seeds: readonly unknown[],
): void {
  for (const [index, seed] of seeds.entries()) {
    const fault = seedFault(type, { sourceName: sourceNameText, settings, secrets: {} }, seed);
    if (fault) fields[`seeds.${index}`] = fault;
  }
}

/** Values parsed from JSON by a schema stay JSON; what is undefined disappears. */
function jsonObjectOf(value: unknown): JsonObject {
  const json = JSON.parse(JSON.stringify(value)) as JsonValue;
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new TypeError('settings and seeds are objects');
  }
  return json;
}

/**
 * What names have in common that differ only in case, accents or the width of letters. A SQL Server
 * database compares the source names of items by a collation of its own, so the items of two such
 * sources would be claimed, counted and shown as those of both.
 */
export const nameKey = (name: string): string =>
  name.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase();

/**
 * Throws `source_name_taken` when another source has such a name. One that was deleted counts, too:
 * its items stay under its name. Its very name may be used again.
 */
export async function refuseSimilarName(session: Session, name: string): Promise<void> {
  const rows = await session.q.selectFrom('sources').select(['name', 'deleted_at']).execute();
  const key = nameKey(name);
  const similar = rows.find((row) => row.name !== name && nameKey(row.name) === key);
  if (!similar) return;
  throw differsTooLittle(
    name,
    similar.deleted_at === null
      ? `the source "${similar.name}"`
      : `the deleted source "${similar.name}", whose items are kept`,
  );
}

export const differsTooLittle = (name: string, other: string): AppError =>
  new AppError(
    'source_name_taken',
    `The name "${name}" differs only in case or accents from ${other}.`,
    {
      remedy: 'Choose a name that differs in its letters, or use the same name exactly.',
      fields: { name: 'differs only in case or accents from another source' },
    },
  );
