'use client';
/** SeedFields: one seed of a source. */
import { Trash2 } from 'lucide-react';
import { IconButton } from '#app/ui/button.tsx';
import { FieldGroups, FormFieldInput } from './form-field.tsx';
import { errorFor, type FormField, type FormValues } from './form-values.ts';

export function SeedFields({
  number,
  fields,
  values,
  errors,
  path,
  isDisabled,
  onChange,
  onRemove,
}: {
  readonly number: number;
  readonly fields: readonly FormField[];
  readonly values: FormValues;
  readonly errors: Readonly<Record<string, string>> | undefined;
  /** Where the messages of this seed begin: `seeds.0`. */
  readonly path: string;
  readonly isDisabled: boolean;
  readonly onChange: (values: FormValues) => void;
  readonly onRemove: () => void;
}) {
  const own = errors?.[path];
  return (
    <section
      aria-label={`Seed ${number}`}
      className="flex flex-col gap-3 rounded border border-line-strong p-3"
    >
      <div className="flex items-center justify-between">
        <h3 className="text-xs font-semibold text-ink-2">Seed {number}</h3>
        {isDisabled ? null : (
          <IconButton size="sm" label={`Remove seed ${number}`} onPress={onRemove}>
            <Trash2 aria-hidden />
          </IconButton>
        )}
      </div>
      {own ? <p className="text-xs font-medium text-failed">{own}</p> : null}
      <FieldGroups fields={fields}>
        {(field) => (
          <FormFieldInput
            field={field}
            value={values[field.path] ?? field.initial}
            error={errorFor(errors, `${path}.${field.path}`)}
            isDisabled={isDisabled}
            onChange={(value) => onChange({ ...values, [field.path]: value })}
          />
        )}
      </FieldGroups>
    </section>
  );
}
