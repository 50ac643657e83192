/** The sources as a YAML download: all of them, or the one named by `name`. No secrets. */
import { settle } from '#app/_server/action.ts';
import { actorOrThrow } from '#app/_server/actor.ts';
import { refuseDownload } from '#app/_server/download.ts';
import { downloadHeaders } from '#app/_server/file.ts';
import { sightOf } from '#lib/actor/model.ts';
import { recordDownload } from '#lib/audit/record-download.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { getRuntime } from '#lib/runtime.ts';
import { listSources } from '#lib/sources/read-sources.ts';
import { sourcesToYaml } from '#lib/sources/yaml.ts';

export async function GET(request: Request): Promise<Response> {
  const name = new URL(request.url).searchParams.get('name');
  const result = await settle(async () => {
    const actor = await actorOrThrow();
    const { db } = await getRuntime();
    const sources = await listSources(db, sightOf(actor));
    const chosen = name === null ? sources : sources.filter((source) => source.name === name);
    if (name !== null && chosen.length === 0) {
      throw new AppError('source_unknown', 'There is no source of this name.');
    }
    await recordDownload(db, actor, {
      targetType: 'source',
      targetId: name,
      what: name === null ? 'all sources as YAML' : `source ${name} as YAML`,
    });
    return sourcesToYaml(chosen);
  });
  if (!result.ok) return refuseDownload(result.error);
  return new Response(result.data, {
    headers: downloadHeaders('sources.yaml', 'application/yaml; charset=utf-8'),
  });
}
