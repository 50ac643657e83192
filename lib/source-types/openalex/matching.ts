/** Which works are about what the operator is interested in: only their references are followed. */
import { z } from 'zod';
import { doiOf, workIdOf } from './identifiers.ts';
import type { OpenalexSettings } from './settings.ts';

const labels = z
  .array(z.looseObject({ display_name: z.string().nullish() }))
  .nullish()
  .catch(null);

/** The parts of a work that are read here; everything else stays as it came. */
export const workShape = z.looseObject({
  id: z.string(),
  doi: z.string().nullish(),
  title: z.string().nullish(),
  display_name: z.string().nullish(),
  concepts: labels,
  topics: labels,
  keywords: labels,
  referenced_works: z.array(z.string()).nullish().catch(null),
  related_works: z.array(z.string()).nullish().catch(null),
});
export type Work = z.infer<typeof workShape>;

/** Title contains an entity, a concept equals one, or an identifier is listed; no list = every work. */
export function workMatches(work: Work, matching: OpenalexSettings['entity_matching']): boolean {
  const { entities, identifiers, case_sensitive: exactCase } = matching;
  if (entities.length + identifiers.doi.length + identifiers.openalex_id.length === 0) return true;
  const fold = (text: string) => (exactCase ? text : text.toLowerCase());
  const title = fold(work.title ?? work.display_name ?? '');
  const concepts = new Set(
    [work.concepts, work.topics, work.keywords]
      .flatMap((list) => list ?? [])
      .flatMap(({ display_name: name }) => (name ? fold(name) : [])),
  );
  const named = entities.map(fold).some((entity) => title.includes(entity) || concepts.has(entity));
  if (named) return true;
  const doi = doiOf(work.doi ?? '');
  if (doi !== null && identifiers.doi.some((listed) => doiOf(listed) === doi)) return true;
  const id = workIdOf(work.id);
  return id !== null && identifiers.openalex_id.some((listed) => workIdOf(listed) === id);
}
