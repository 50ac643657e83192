/** The resources of the test source: five fixed ones, and any number of made-up ones behind them. */
import type { JsonObject } from '#lib/json.ts';

/** `test_resource_001`–`005`: a film, a character, a vehicle, a concept, a planet. */
export const fixedResources: readonly JsonObject[] = [
  { type: 'film', name: 'A New Hope', year: 1977, director: 'George Lucas' },
  { type: 'character', name: 'Luke Skywalker', homeworld: 'Tatooine', species: 'Human' },
  { type: 'vehicle', name: 'Millennium Falcon', class: 'Light freighter', crew: 2 },
  { type: 'concept', name: 'The Force', sides: ['light', 'dark'] },
  { type: 'planet', name: 'Tatooine', suns: 2, climate: 'arid' },
];

/** Each resource links to this many further ones, so that depth grows with the logarithm. */
const linksEach = 5;

/** `test_resource_007` → 7; null for ids of any other form. */
function numberOf(resourceId: string): number | null {
  const digits = /^test_resource_(\d{3,9})$/.exec(resourceId)?.[1];
  const number = digits === undefined ? null : Number(digits);
  return number !== null && number > 0 && idOf(number) === resourceId ? number : null;
}

export const idOf = (number: number): string => `test_resource_${String(number).padStart(3, '0')}`;

/** Numbers a resource links to: a tree under the five roots, so that each is linked once. */
function linksOf(number: number, resources: number): number[] {
  const first = number * linksEach + 1;
  return Array.from({ length: linksEach }, (_, index) => first + index).filter(
    (linked) => linked <= resources,
  );
}

/** The same content every time it is asked for; null when there is no such resource. */
export function resourceOf(resourceId: string, resources: number): JsonObject | null {
  const number = numberOf(resourceId);
  if (number === null || number > resources) return null;
  const fixed = fixedResources[number - 1];
  return {
    id: resourceId,
    ...(fixed ?? { type: 'archive entry', name: `Archive entry ${number}`, shelf: number % 97 }),
    links: linksOf(number, resources).map(idOf),
  };
}
