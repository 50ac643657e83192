/** Sources: their settings, their state, and all of them as YAML. */
import { z } from 'zod';
import { sightOf } from '#lib/actor/model.ts';
import { recordDownload } from '#lib/audit/record-download.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { importSources, planImport } from '#lib/sources/import-sources.ts';
import {
  deleteSource,
  pauseInputSchema,
  pauseSource,
  resumeSource,
} from '#lib/sources/lifecycle.ts';
import {
  listRevisions,
  listSources,
  requireSource,
  type Source,
} from '#lib/sources/read-sources.ts';
import { differences, saveSource } from '#lib/sources/save-source.ts';
import { sourceInputSchema } from '#lib/sources/source-input.ts';
import { testSource } from '#lib/sources/test-source.ts';
import { readSourcesYaml, sourcesToYaml } from '#lib/sources/yaml.ts';
import { endpoint, Reply, sees } from '../endpoint.ts';
import {
  sourceOutput,
  sourceRevisionOutput,
  sourceSummaryOutput,
  testFetchOutput,
} from '../outputs/sources.ts';
import { sourceParams as params, sourceTouched as touches } from './source-params.ts';

const etagOf = ({ revision }: Pick<Source, 'revision'>) => `"${revision}"`;

const asSource = (source: Source, status = 200) =>
  new Reply(source, status, { etag: etagOf(source) });

const newSource = sourceInputSchema.extend({
  enabled: sourceInputSchema.shape.enabled.default(true),
  settings: sourceInputSchema.shape.settings.default({}),
  seeds: sourceInputSchema.shape.seeds.default([]),
  secrets: sourceInputSchema.shape.secrets.default({}),
});

/** The name and the type of a source cannot change. */
const changedSource = newSource.omit({ name: true, type: true });

const yaml = z.string().min(1).max(2_000_000);
const yamlBytes = 4 * 1024 * 1024;

const namesIn = async (text: string) => (await readSourcesYaml(text)).map(({ name }) => name);

export const sources = [
  endpoint({
    id: 'sources.list',
    method: 'GET',
    path: '/sources',
    summary: 'List the sources, each with how many of its items have each status',
    permission: 'console:view',
    output: z.object({ rows: z.array(sourceSummaryOutput) }),
    touches: () => [],
    run: async ({ runtime, actor }) => ({
      rows: await listSources(runtime.reads, sightOf(actor)),
    }),
  }),
  endpoint({
    id: 'sources.export',
    method: 'GET',
    path: '/sources/yaml',
    summary: 'Export the sources as YAML, with references instead of secrets',
    permission: 'console:view',
    output: 'application/yaml',
    touches: () => [],
    async run(context) {
      const { db } = context.runtime;
      const seen = await listSources(db, sightOf(context.actor));
      await recordDownload(db, context.actor, {
        targetType: 'source',
        targetId: null,
        what: 'sources as YAML',
      });
      return sourcesToYaml(seen);
    },
  }),
  endpoint({
    id: 'sources.import',
    method: 'PUT',
    path: '/sources/yaml',
    summary: 'Create the sources of a YAML, or make those that exist like it; all of it or nothing',
    permission: 'sources:change',
    body: yaml,
    bodyType: 'application/yaml',
    mostBytes: yamlBytes,
    output: z.object({ created: z.int(), updated: z.int(), unchanged: z.int() }),
    isKeyed: true,
    cost: 10,
    touches: (_, { body }) => namesIn(body),
    run: ({ runtime, actor, requestKey }, { body }) =>
      importSources(runtime.db, actor, body, { secretBox: runtime.secretBox, requestKey }),
  }),
  endpoint({
    id: 'sources.plan',
    method: 'POST',
    path: '/sources/yaml/plan',
    summary: 'Say what importing a YAML would do, and change nothing',
    permission: 'sources:change',
    body: yaml,
    bodyType: 'application/yaml',
    mostBytes: yamlBytes,
    output: z.object({
      sources: z.array(
        z.object({
          name: z.string(),
          type: z.string(),
          seeds: z.int(),
          change: z.enum(['new', 'changed', 'unchanged']),
          differs: z.array(z.enum(differences)),
        }),
      ),
      notInFile: z.array(z.string()),
    }),
    cost: 10,
    touches: (_, { body }) => namesIn(body),
    async run(context, { body }) {
      const { runtime, actor } = context;
      const plan = await planImport(runtime.db, actor, body, runtime);
      return { ...plan, notInFile: plan.notInFile.filter((name) => sees(context, [name])) };
    },
  }),
  endpoint({
    id: 'sources.create',
    method: 'POST',
    path: '/sources',
    summary: 'Create a source',
    permission: 'sources:change',
    body: newSource,
    output: sourceOutput,
    isKeyed: true,
    touches: (_, { body }) => [body.name],
    run: async ({ runtime, actor, requestKey }, { body }) =>
      asSource(
        await saveSource(runtime.db, actor, body, { secretBox: runtime.secretBox, requestKey }),
        201,
      ),
  }),
  endpoint({
    id: 'sources.get',
    method: 'GET',
    path: '/sources/{source}',
    summary: 'Read a source; its ETag is its revision',
    permission: 'console:view',
    params,
    output: sourceOutput,
    touches,
    run: async ({ runtime, ifNoneMatch }, input) => {
      const source = await requireSource(runtime.db, input.params.source);
      const etag = etagOf(source);
      return ifNoneMatch === etag ? new Reply(null, 304, { etag }) : asSource(source);
    },
  }),
  endpoint({
    id: 'sources.update',
    method: 'PUT',
    path: '/sources/{source}',
    summary: 'Change a source that is still at the revision of If-Match; secrets not given stay',
    permission: 'sources:change',
    params,
    body: changedSource,
    output: sourceOutput,
    isKeyed: true,
    ifMatch: 'required',
    touches,
    async run({ runtime, actor, requestKey, ifMatch }, input) {
      const { sourceId, name, type } = await requireSource(runtime.db, input.params.source);
      try {
        const saved = await saveSource(
          runtime.db,
          actor,
          { ...input.body, name, type },
          {
            secretBox: runtime.secretBox,
            sourceId,
            expectedRevision: revisionOf(ifMatch),
            requestKey,
          },
        );
        return asSource(saved);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
        throw new AppError('precondition_failed', error.message, {
          cause: error,
          ...(error.conflict ? { conflict: error.conflict } : {}),
        });
      }
    },
  }),
  endpoint({
    id: 'sources.delete',
    method: 'DELETE',
    path: '/sources/{source}',
    summary: 'Delete a source with its secrets; its items and records stay',
    permission: 'sources:delete',
    params,
    output: z.object({ itemsLeft: z.int() }),
    touches,
    run: ({ runtime, actor }, input) => deleteSource(runtime.db, actor, input.params.source),
  }),
  endpoint({
    id: 'sources.pause',
    method: 'POST',
    path: '/sources/{source}/pause',
    summary:
      'Pause a source until an end or until it is resumed: no further item of it is claimed. Of a paused one, change reason and end',
    permission: 'sources:change',
    params,
    body: pauseInputSchema.default({}),
    output: sourceOutput,
    touches,
    run: async ({ runtime, actor }, { params: { source }, body }) =>
      asSource(await pauseSource(runtime.db, actor, source, body)),
  }),
  endpoint({
    id: 'sources.resume',
    method: 'POST',
    path: '/sources/{source}/resume',
    summary: 'Resume a paused source',
    permission: 'sources:change',
    params,
    output: sourceOutput,
    touches,
    run: async ({ runtime, actor }, input) =>
      asSource(await resumeSource(runtime.db, actor, input.params.source)),
  }),
  endpoint({
    id: 'sources.test',
    method: 'POST',
    path: '/sources/{source}/test',
    summary: 'Fetch a sample of a source, and store nothing',
    permission: 'sources:test',
    params,
    output: testFetchOutput,
    cost: 20,
    touches,
    async run({ runtime, actor }, input) {
      const source = await requireSource(runtime.db, input.params.source);
      return testSource(actor, source, {
        session: runtime.db,
        http: runtime.http,
        secretBox: runtime.secretBox,
        sourceId: source.sourceId,
      });
    },
  }),
  endpoint({
    id: 'sources.try',
    method: 'POST',
    path: '/sources/test',
    summary: 'Fetch a sample with values that need not be saved',
    permission: 'sources:test',
    body: newSource,
    output: testFetchOutput,
    cost: 20,
    touches: (_, { body }) => [body.name],
    run: ({ runtime, actor }, { body }) =>
      testSource(actor, body, {
        session: runtime.db,
        http: runtime.http,
        secretBox: runtime.secretBox,
      }),
  }),
  endpoint({
    id: 'sources.revisions',
    method: 'GET',
    path: '/sources/{source}/revisions',
    summary: 'List the newest 50 revisions of a source; to roll back, save one of them again',
    permission: 'console:view',
    params,
    output: z.object({ rows: z.array(sourceRevisionOutput) }),
    touches,
    async run({ runtime }, input) {
      const { sourceId } = await requireSource(runtime.db, input.params.source);
      return { rows: await listRevisions(runtime.db, sourceId) };
    },
  }),
];

/** `"3"`, or `W/"3"` as proxies make of it. */
function revisionOf(ifMatch: string | null): number {
  const [, digits] = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch ?? '') ?? [];
  if (digits !== undefined) return Number(digits);
  throw new AppError('precondition_failed', 'If-Match is no ETag of a source.');
}
