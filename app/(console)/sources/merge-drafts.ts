/** What becomes of a form when somebody else saved the same source meanwhile: field by field. */
import {
  inWords,
  type MergeField,
  mergeFields,
  takeField as takeOf,
} from '#app/ui/merge-fields.ts';
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

function fieldsOf(model: SourceFormModel): MergeField<SourceDraft>[] {
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

/** @param base what both began from */
export const mergeDrafts = (
  model: SourceFormModel,
  drafts: Readonly<Record<'base' | 'theirs' | 'yours', SourceDraft>>,
) => mergeFields(fieldsOf(model), drafts);

/** The draft with one field as another draft has it. */
export const takeField = (
  model: SourceFormModel,
  path: string,
  into: SourceDraft,
  from: SourceDraft,
): SourceDraft => takeOf(fieldsOf(model), path, into, from);
