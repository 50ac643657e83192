/** What becomes of a form when somebody else saved the same source meanwhile: field by field. */
import type { SourceFormModel } from './form-model.ts';
import type { FormValues } from './form-values.ts';

export interface SeedDraft {
  readonly key: number;
  readonly values: FormValues;
}

/** What a person may change in the form of a source, without its secrets. */
export interface SourceDraft {
  readonly name: string;
  readonly enabled: boolean;
  readonly values: FormValues;
  readonly seeds: readonly SeedDraft[];
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

interface Field {
  readonly path: string;
  readonly label: string;
  /** Comparable, and fit to be shown. */
  readonly textOf: (draft: SourceDraft) => string;
  readonly take: (into: SourceDraft, from: SourceDraft) => SourceDraft;
}

function fieldsOf(model: SourceFormModel): Field[] {
  return [
    {
      path: 'enabled',
      label: 'Enabled',
      textOf: ({ enabled }) => (enabled ? 'on' : 'off'),
      take: (into, { enabled }) => ({ ...into, enabled }),
    },
    ...model.settings.map(({ path, label, initial }) => ({
      path: `settings.${path}`,
      label,
      textOf: ({ values }: SourceDraft) => inWords(values[path] ?? initial),
      take: (into: SourceDraft, from: SourceDraft) => ({
        ...into,
        values: { ...into.values, [path]: from.values[path] ?? initial },
      }),
    })),
    {
      path: 'seeds',
      label: 'Seeds',
      textOf: ({ seeds }) =>
        seeds
          .map(({ values }) =>
            Object.values(values)
              .map(inWords)
              .filter((text) => text !== '')
              .join(', '),
          )
          .join('\n'),
      take: (into, { seeds }) => ({ ...into, seeds }),
    },
  ];
}

const inWords = (value: string | boolean) =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : value;

/**
 * Joins what a person typed with what somebody else saved: a field only one of them changed is as that one has it.
 * @param base what both began from
 */
export function mergeDrafts(
  model: SourceFormModel,
  { base, theirs, yours }: Readonly<Record<'base' | 'theirs' | 'yours', SourceDraft>>,
): { readonly merged: SourceDraft; readonly changes: readonly ForeignChange[] } {
  let merged = yours;
  const changes: ForeignChange[] = [];
  for (const field of fieldsOf(model)) {
    const [before, of, mine] = [base, theirs, yours].map(field.textOf) as [string, string, string];
    if (of === before) continue;
    const isDisputed = mine !== before && mine !== of;
    if (!isDisputed) merged = field.take(merged, theirs);
    const { path, label } = field;
    changes.push({ path, label, before, theirs: of, yours: mine, isDisputed });
  }
  return { merged, changes };
}

/** The draft with one field as another draft has it. */
export function takeField(
  model: SourceFormModel,
  path: string,
  into: SourceDraft,
  from: SourceDraft,
): SourceDraft {
  const field = fieldsOf(model).find((one) => one.path === path);
  return field ? field.take(into, from) : into;
}
