/** Importing sources from YAML: first what would happen, then all of it. */
import { z } from 'zod';
import type { Db, Session } from '#db/engine.ts';
import type { Actor } from '#lib/actor/model.ts';
import { requirePermission, requireSources } from '#lib/actor/require-permission.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { onceIn } from '#lib/idempotency/once.ts';
import { listSources, type Source } from './read-sources.ts';
import { type Difference, differencesOf, upsertSourceIn } from './save-source.ts';
import type { SecretBox } from './secrets.ts';
import { checkSourceInput, differsTooLittle, nameKey, refuseSimilarName } from './source-input.ts';
import { readSourcesYaml } from './yaml.ts';

export interface ImportPlan {
  readonly sources: readonly {
    readonly name: string;
    readonly type: string;
    readonly seeds: number;
    /** `changed`: the source of this name becomes like the file says. */
    readonly change: 'new' | 'changed' | 'unchanged';
    /** In what it changes. */
    readonly differs: readonly Difference[];
  }[];
  /** Names of sources that the file does not have; an import leaves them alone. */
  readonly notInFile: readonly string[];
}

const resultSchema = z.object({
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
});
export type ImportResult = Readonly<z.infer<typeof resultSchema>>;

/**
 * What importing the text would do. Throws `config_invalid` with key, line and what is allowed, `input_invalid`,
 * `conflict` for a name that exists with another type.
 */
export async function planImport(
  session: Session,
  actor: Actor,
  text: string,
  { secretBox }: { readonly secretBox: SecretBox },
): Promise<ImportPlan> {
  requirePermission(actor, 'sources:change');
  const { inputs, known } = await checkedInputs(session, await readSourcesYaml(text));
  requireSources(
    actor,
    inputs.map(({ name }) => name),
  );
  const sources = [];
  for (const input of inputs) {
    const { name, type, seeds } = input;
    const before = known.get(name);
    const differs = before
      ? await differencesOf(session, before, checkSourceInput(input), secretBox)
      : [];
    const change = before === undefined ? 'new' : differs.length > 0 ? 'changed' : 'unchanged';
    sources.push({ name, type, seeds: seeds.length, change, differs } as const);
  }
  const named = new Set(inputs.map(({ name }) => name));
  return { sources, notInFile: [...known.keys()].filter((name) => !named.has(name)) };
}

/**
 * All of it in one transaction, or nothing; once for a request key, however often it is sent. Throws what
 * `planImport` does.
 */
export async function importSources(
  db: Db,
  actor: Actor,
  text: string,
  {
    secretBox,
    requestKey,
  }: { readonly secretBox: SecretBox; readonly requestKey?: string | undefined },
): Promise<ImportResult> {
  requirePermission(actor, 'sources:change');
  const read = await readSourcesYaml(text);
  const request = { key: requestKey, action: 'source.import' };
  return onceIn(db, request, resultSchema, async (tx) => {
    const { inputs } = await checkedInputs(tx, read);
    const counts = { created: 0, updated: 0, unchanged: 0 };
    const note = 'Imported from YAML';
    for (const input of inputs) {
      const { change } = await upsertSourceIn(tx, actor, input, { secretBox, note });
      counts[change] += 1;
    }
    return counts;
  });
}

async function checkedInputs(
  session: Session,
  inputs: readonly SourceInput[],
): Promise<{ inputs: readonly SourceInput[]; known: ReadonlyMap<string, Source> }> {
  const sources = await listSources(session);
  const known = new Map(sources.map((source) => [source.name, source]));
  const inFile = new Map<string, string>();
  for (const input of inputs) {
    checkSourceInput(input);
    const key = nameKey(input.name);
    const other = inFile.get(key);
    if (other !== undefined && other !== input.name) {
      throw differsTooLittle(input.name, `"${other}" in the same file`);
    }
    inFile.set(key, input.name);
    const type = known.get(input.name)?.type;
    if (type === undefined) await refuseSimilarName(session, input.name);
    if (type === undefined || type === input.type) continue;
    throw new AppError(
      'conflict',
      `The source "${input.name}" exists with the type ${type}, and the file says ${input.type}.`,
      { remedy: 'Give it another name in the file: the type of a source cannot change.' },
    );
  }
  return { inputs, known };
}
