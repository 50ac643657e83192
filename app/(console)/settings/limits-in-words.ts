import type { Limits } from '#lib/actor/model.ts';

/** `without 2 permissions, for wiki only`, for a cell of a table. */
export function limitsInWords({ without, sources }: Limits): string {
  const left =
    without.length === 0
      ? []
      : [`without ${without.length === 1 ? 'one permission' : `${without.length} permissions`}`];
  const few = sources !== null && sources.length <= 2;
  const of =
    sources === null
      ? []
      : [`for ${few ? sources.join(' and ') : `${sources.length} sources`} only`];
  return [...left, ...of].join(', ');
}
