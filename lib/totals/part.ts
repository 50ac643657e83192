/** The parts of the kept totals, as they are named in `counter_checks`. */
import type { TotalsPart } from '#db/totals.ts';

const sourcePrefix = 'source:';

export const nameOfPart = (part: TotalsPart) =>
  part.of === 'hosts' ? 'hosts' : `${sourcePrefix}${part.sourceName}`;

export const partFromName = (name: string): TotalsPart =>
  name.startsWith(sourcePrefix)
    ? { of: 'source', sourceName: name.slice(sourcePrefix.length) }
    : { of: 'hosts' };

/** For a sentence: `source “wiki”` or `the hosts`. */
export const wordsFor = (part: TotalsPart) =>
  part.of === 'hosts' ? 'the hosts' : `source “${part.sourceName}”`;
