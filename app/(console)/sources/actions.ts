'use server';
/** What the source pages change. */
import { z } from 'zod';
import { type ActionResult, runAction } from '#app/_server/action.ts';
import { requirePermission } from '#lib/actor/require-permission.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { requestKeySchema } from '#lib/idempotency/once.ts';
import { commentBodySchema, commentOnSource } from '#lib/sources/comments.ts';
import {
  type ImportPlan,
  type ImportResult,
  importSources,
  planImport,
} from '#lib/sources/import-sources.ts';
import {
  deleteSource,
  pauseInputSchema,
  pauseSource,
  resumeSource,
} from '#lib/sources/lifecycle.ts';
import { listRevisions, requireSource } from '#lib/sources/read-sources.ts';
import { saveSource } from '#lib/sources/save-source.ts';
import { sourceInputSchema } from '#lib/sources/source-input.ts';
import { type TestFetch, testSource } from '#lib/sources/test-source.ts';

const id = z.string().min(1).max(36);

const saveSchema = z.object({
  source: sourceInputSchema,
  sourceId: id.optional(),
  expectedRevision: z.number().int().optional(),
  requestKey: requestKeySchema,
});
export type SaveInput = z.input<typeof saveSchema>;

/** Creates or changes a source. */
export async function save(
  input: SaveInput,
): Promise<ActionResult<{ sourceId: string; revision: number }>> {
  return runAction(saveSchema, input, async ({ runtime, actor, input: given }) => {
    const { source, sourceId, expectedRevision, requestKey } = given;
    const saved = await saveSource(runtime.db, actor, source, {
      secretBox: runtime.secretBox,
      requestKey,
      ...(sourceId === undefined ? {} : { sourceId }),
      ...(expectedRevision === undefined ? {} : { expectedRevision }),
    });
    return { sourceId: saved.sourceId, revision: saved.revision };
  });
}

const testSchema = saveSchema.omit({ expectedRevision: true, requestKey: true });

/** Fetches a sample with the values of the form, which need not be saved. */
export async function test(input: z.input<typeof testSchema>): Promise<ActionResult<TestFetch>> {
  return runAction(
    testSchema,
    input,
    ({ runtime, actor, input: { source, sourceId } }) =>
      testSource(actor, source, {
        session: runtime.db,
        http: runtime.http,
        secretBox: runtime.secretBox,
        ...(sourceId === undefined ? {} : { sourceId }),
      }),
    { cost: 20 },
  );
}

const pauseSchema = pauseInputSchema.extend({ sourceId: id });

export async function pause(input: z.input<typeof pauseSchema>): Promise<ActionResult<null>> {
  return runAction(pauseSchema, input, async ({ runtime, actor, input: given }) => {
    const { sourceId, ...pausing } = given;
    await pauseSource(runtime.db, actor, sourceId, pausing);
    return null;
  });
}

const commentSchema = z.object({ sourceId: id, body: commentBodySchema });

/** Writes a comment on a source. */
export async function comment(input: z.input<typeof commentSchema>): Promise<ActionResult<null>> {
  return runAction(commentSchema, input, async ({ runtime, actor, input: { sourceId, body } }) => {
    await commentOnSource(runtime.db, actor, sourceId, body);
    return null;
  });
}

const oneSource = z.object({ sourceId: id });

export async function resume(input: z.input<typeof oneSource>): Promise<ActionResult<null>> {
  return runAction(oneSource, input, async ({ runtime, actor, input: { sourceId } }) => {
    await resumeSource(runtime.db, actor, sourceId);
    return null;
  });
}

/** Deletes the source; returns how many items it leaves behind. */
export async function remove(
  input: z.input<typeof oneSource>,
): Promise<ActionResult<{ itemsLeft: number }>> {
  return runAction(oneSource, input, ({ runtime, actor, input: { sourceId } }) =>
    deleteSource(runtime.db, actor, sourceId),
  );
}

const rollBackSchema = z.object({
  sourceId: id,
  revision: z.number().int().min(1),
  expectedRevision: z.number().int(),
  requestKey: requestKeySchema,
});

/** Saves the content of an earlier revision as a new one; secrets stay as they are. */
export async function rollBack(
  input: z.input<typeof rollBackSchema>,
): Promise<ActionResult<{ revision: number }>> {
  return runAction(rollBackSchema, input, async ({ runtime, actor, input: given }) => {
    const { sourceId, revision, expectedRevision, requestKey } = given;
    requirePermission(actor, 'sources:change');
    const source = await requireSource(runtime.db, sourceId);
    const revisions = await listRevisions(runtime.db, sourceId);
    const wanted = revisions.find((one) => one.revision === revision);
    if (!wanted) throw new AppError('not_found', `There is no revision ${revision} any more.`);
    const { enabled, settings, seeds } = wanted;
    const saved = await saveSource(
      runtime.db,
      actor,
      { name: source.name, type: source.type, enabled, settings, seeds },
      {
        sourceId,
        expectedRevision,
        secretBox: runtime.secretBox,
        requestKey,
        note: `Rolled back to revision ${revision}`,
      },
    );
    return { revision: saved.revision };
  });
}

const yamlSchema = z.object({ yaml: z.string().min(1, 'paste or choose a file').max(2_000_000) });

export async function planYamlImport(
  input: z.input<typeof yamlSchema>,
): Promise<ActionResult<ImportPlan>> {
  return runAction(
    yamlSchema,
    input,
    ({ runtime, actor, input: { yaml } }) => planImport(runtime.db, actor, yaml, runtime),
    { cost: 10 },
  );
}

const importSchema = yamlSchema.extend({ requestKey: requestKeySchema });

export async function importYaml(
  input: z.input<typeof importSchema>,
): Promise<ActionResult<ImportResult>> {
  return runAction(
    importSchema,
    input,
    ({ runtime, actor, input: { yaml, requestKey } }) =>
      importSources(runtime.db, actor, yaml, { secretBox: runtime.secretBox, requestKey }),
    { cost: 10 },
  );
}
