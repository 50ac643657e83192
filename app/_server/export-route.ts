/** A list as a download, CSV or NDJSON, streamed as fast as the reader takes it. */
import type { Actor } from '#lib/actor/model.ts';
import type { ExportRequest } from '#lib/exports/pages-as-text.ts';
import { getRuntime, type Runtime } from '#lib/runtime.ts';
import { settle } from './action.ts';
import { actorOrThrow } from './actor.ts';
import { download, formatOf } from './download.ts';
import { readsFor } from './reads.ts';

type Export = (
  db: Runtime['db'],
  actor: Actor,
  request: ExportRequest,
) => Promise<AsyncGenerator<string, void, void>>;

/** The handler of its address, whose parameters are those of the list. `name` without the ending. */
export const exportRoute =
  (name: string, start: Export) =>
  async (request: Request): Promise<Response> => {
    const parameters = Object.fromEntries(new URL(request.url).searchParams);
    const format = formatOf(parameters);
    const result = await settle(async () => {
      const actor = await actorOrThrow();
      const runtime = await getRuntime();
      const reads = await readsFor(runtime);
      return start(runtime.db, actor, { parameters, format, reads });
    });
    return download(result, { name, format });
  };
