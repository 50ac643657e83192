/** A plan of refetching in words; apart from its schema, so that the browser need not load that. */
import type { RefetchPlan } from './refetch-plan.ts';

/** The plan as the end of a sentence: "The item is fetched again …". */
export function refetchWords(plan: RefetchPlan): string {
  switch (plan.kind) {
    case 'adaptive':
      return 'by how often it changes';
    case 'always':
      return 'in every recrawl of what is due';
    case 'every':
      return `every ${spanWords(plan.everyS)}`;
    case 'never':
      return 'only when a person asks for it';
    case 'retired':
      return 'no more: it is retired';
  }
}

const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** The greatest unit that needs no fraction: 5,400 s is "90 minutes". */
function spanWords(seconds: number): string {
  const [size, unit] = units.find(([size]) => seconds % size === 0) ?? [1, 'second'];
  const count = seconds / size;
  return count === 1 ? unit : `${count} ${unit}s`;
}
