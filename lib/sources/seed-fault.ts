/** What is wrong with a seed beyond its schema: the items it stands for must be possible. */
import { AppError } from '#lib/errors/app-error.ts';
import { checkNewWorkItem } from '#lib/queue/dedupe-key.ts';
import type { CommonSettings, SourceContext, SourceType } from '#lib/source-types/source-type.ts';

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
