/** What is told of a source: comments of its people, and what came of it day by day. */
import { z } from 'zod';
import { readLastDays } from '#lib/metrics/source-days.ts';
import { readNow } from '#lib/now.ts';
import { commentBodySchema, commentOnSource, listComments } from '#lib/sources/comments.ts';
import { requireSource } from '#lib/sources/read-sources.ts';
import { endpoint, Reply } from '../endpoint.ts';
import { sourceCommentOutput, sourceDayOutput } from '../outputs/sources.ts';
import { sourceParams as params, sourceTouched as touches } from './source-params.ts';

export const sourceHistory = [
  endpoint({
    id: 'sources.comment',
    method: 'POST',
    path: '/sources/{source}/comments',
    summary: 'Write a comment on a source, for whoever looks after it',
    permission: 'sources:change',
    params,
    body: z.strictObject({ body: commentBodySchema }),
    output: sourceCommentOutput,
    touches,
    run: async ({ runtime, actor }, input) =>
      new Reply(
        await commentOnSource(runtime.db, actor, input.params.source, input.body.body),
        201,
      ),
  }),
  endpoint({
    id: 'sources.comments',
    method: 'GET',
    path: '/sources/{source}/comments',
    summary: 'List the newest 50 comments on a source',
    permission: 'console:view',
    params,
    output: z.object({ rows: z.array(sourceCommentOutput) }),
    touches,
    async run({ runtime }, input) {
      const { sourceId } = await requireSource(runtime.db, input.params.source);
      return { rows: await listComments(runtime.db, sourceId) };
    },
  }),
  endpoint({
    id: 'sources.days',
    method: 'GET',
    path: '/sources/{source}/days',
    summary:
      'What came of a source on each of the last 30 days (UTC): fetched, changed, failed, skipped, missing, requests, bytes',
    permission: 'console:view',
    params,
    output: z.object({ rows: z.array(sourceDayOutput) }),
    touches,
    async run({ runtime }, input) {
      const source = await requireSource(runtime.db, input.params.source);
      return { rows: await readLastDays(runtime.db, source, await readNow(runtime.db)) };
    },
  }),
];
