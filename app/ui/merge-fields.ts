/** What becomes of a form when somebody else saved the same thing meanwhile: field by field. Pure. */

/** A field of a form whose values are `V`. */
export interface MergeField<V> {
  readonly path: string;
  readonly label: string;
  /** Comparable, and fit to be shown. */
  readonly textOf: (values: V) => string;
  readonly take: (into: V, from: V) => V;
}

/** A field that somebody else changed. */
export interface ForeignChange {
  readonly path: string;
  readonly label: string;
  readonly before: string;
  readonly theirs: string;
  readonly yours: string;
  /** Both changed it, to different values: the form keeps yours until you choose. */
  readonly isDisputed: boolean;
}

/** One value in the words of the table of changes. */
export function inWords(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Fields that stand in the values under names of their own. */
export const fieldsNamed = <V extends object>(
  labels: Readonly<Partial<Record<keyof V & string, string>>>,
  words?: Readonly<Partial<Record<keyof V & string, (values: V) => string>>>,
): MergeField<V>[] =>
  // The keys are those of the labels, which are keys of V.
  (Object.entries(labels) as [keyof V & string, string][]).map(([path, label]) => ({
    path,
    label,
    textOf: words?.[path] ?? ((values) => inWords(values[path])),
    take: (into, from) => ({ ...into, [path]: from[path] }),
  }));

/** Fields of a part of the values, by the name of the part. */
export const fieldsWithin = <V extends object, K extends keyof V & string>(
  name: K,
  fields: readonly MergeField<V[K]>[],
): MergeField<V>[] =>
  fields.map(({ path, label, textOf, take }) => ({
    path: `${name}.${path}`,
    label,
    textOf: (values) => textOf(values[name]),
    take: (into, from) => ({ ...into, [name]: take(into[name], from[name]) }),
  }));

/**
 * Joins what a person typed with what somebody else saved: a field only one of them changed is as that one has it.
 * @param base what both began from
 */
export function mergeFields<V>(
  fields: readonly MergeField<V>[],
  { base, theirs, yours }: Readonly<Record<'base' | 'theirs' | 'yours', V>>,
): { readonly merged: V; readonly changes: readonly ForeignChange[] } {
  let merged = yours;
  const changes: ForeignChange[] = [];
  for (const { path, label, textOf, take } of fields) {
    const [before, of, mine] = [textOf(base), textOf(theirs), textOf(yours)];
    if (of === before) continue;
    const isDisputed = mine !== before && mine !== of;
    if (!isDisputed) merged = take(merged, theirs);
    changes.push({ path, label, before, theirs: of, yours: mine, isDisputed });
  }
  return { merged, changes };
}

/** The values with one field as others have it. */
export function takeField<V>(fields: readonly MergeField<V>[], path: string, into: V, from: V): V {
  const field = fields.find((one) => one.path === path);
  return field ? field.take(into, from) : into;
}
