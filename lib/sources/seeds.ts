/** The items that seeds stand for, and what is wrong with a seed beyond its schema. */
import type { Instant } from '#db/schema.ts';
import { AppError } from '#lib/errors/app-error.ts';
import { checkNewWorkItem } from '#lib/queue/dedupe-key.ts';
import type { NewWorkItem } from '#lib/queue/model.ts';
import { getSourceType } from '#lib/source-types/registry.ts';
import type { CommonSettings, SourceContext, SourceType } from '#lib/source-types/source-type.ts';
import type { Source } from './read-sources.ts';

/**
 * The sentence for the person who gives the seed, or null when all its items can be queued: a run
 * must not fail on what could have been said beside the field. Settings and seed are parsed already.
 */
export function seedFault(
  type: SourceType,
  context: SourceContext<CommonSettings>,
  seed: unknown,
): string | null {
  try {
    for (const item of type.seedItems(context, seed)) checkNewWorkItem(item);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/**
 * The items of all seeds of a source, each resource once. Throws `input_invalid` when its settings
 * or seeds no longer fit its type, `source_type_unknown`, or what a seed's address is refused with.
 * @param launchedAt of the run that is launched with them; absent where they are only looked at
 */
export function seedItems(
  source: Pick<Source, 'name' | 'type' | 'settings' | 'seeds' | 'changesFrom'>,
  launchedAt?: Instant,
): NewWorkItem[] {
  const type = getSourceType(source.type);
  const settings = type.settingsSchema.safeParse(source.settings);
  const seeds = source.seeds.map((seed) => type.seedSchema.safeParse(seed));
  if (!settings.success || !seeds.every(({ success }) => success)) {
    throw new AppError(
      'input_invalid',
      `The settings or seeds of the source "${source.name}" no longer fit its type.`,
      { remedy: 'Open the source and save it again.' },
    );
  }
  const context = {
    sourceName: source.name,
    settings: settings.data,
    secrets: {},
    ...(launchedAt === undefined
      ? {}
      : { launch: { at: launchedAt, changesFrom: source.changesFrom } }),
  };
  const items = seeds.flatMap(({ data }) => type.seedItems(context, data));
  // The first seed that names a resource wins; a later one must not change its priority.
  const byKey = new Map<string, NewWorkItem>();
  for (const item of items) {
    const key = `${item.resourceType}:${item.resourceId}`;
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}
