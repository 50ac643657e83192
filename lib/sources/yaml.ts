/** Sources as YAML: the file format of the command, so that what one exports the other reads. */
import { stringify } from 'yaml';
import { fileSchema } from '#lib/config/file-schema.ts';
import type { SourceInput } from '#lib/config/model.ts';
import { parseYamlText } from '#lib/config/yaml-file.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { sourcesOfFile } from './file-sources.ts';
import type { Source } from './model.ts';

/** `sources:` and `seeds:` of the configuration file. Secrets are not in it. */
export function sourcesToYaml(
  sources: readonly Pick<Source, 'name' | 'type' | 'enabled' | 'settings' | 'seeds'>[],
): string {
  return stringify(
    {
      sources: sources.map(({ name, type, enabled, settings }) => ({
        name,
        type,
        ...(enabled ? {} : { enabled }),
        ...settings,
      })),
      seeds: sources.flatMap(({ name, seeds }) => seeds.map((seed) => ({ source: name, ...seed }))),
    },
    { lineWidth: 100 },
  );
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
