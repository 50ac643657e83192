'use client';
/** SecretInputs: secrets can be written and removed, never read. */
import { CheckboxField, TextField } from '#app/ui/field.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { SecretField } from './form-model.ts';
import { errorFor } from './form-values.ts';

export function SecretInputs({
  secrets,
  stored,
  values,
  fields,
  canChange,
  onChange,
}: {
  readonly secrets: readonly SecretField[];
  /** Names of the secrets that are stored. */
  readonly stored: readonly string[];
  /** Given = replace; an empty string = remove; absent = keep. */
  readonly values: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>> | undefined;
  readonly canChange: boolean;
  readonly onChange: (values: Readonly<Record<string, string>>) => void;
}) {
  const set = (name: string, value: string | null) => {
    const { [name]: _, ...others } = values;
    onChange(value === null ? others : { ...others, [name]: value });
  };
  return (
    <Section title="Secrets">
      <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
        {secrets.map((secret) => {
          const isStored = stored.includes(secret.name);
          const isRemoved = isStored && values[secret.name] === '';
          return (
            <div key={secret.name} className="flex flex-col gap-2">
              <TextField
                label={secret.label}
                help={secret.help}
                type="password"
                autoComplete="off"
                isRequired={secret.isRequired && !isStored}
                isDisabled={!canChange || isRemoved}
                placeholder={isStored ? 'Stored; leave empty to keep it' : 'Not stored'}
                value={values[secret.name] ?? ''}
                onChange={(value) => set(secret.name, value === '' ? null : value)}
                error={errorFor(fields, `secrets.${secret.name}`)}
              />
              {isStored && canChange ? (
                <CheckboxField
                  label="Remove the stored one"
                  isSelected={isRemoved}
                  onChange={(isSelected) => set(secret.name, isSelected ? '' : null)}
                />
              ) : null}
            </div>
          );
        })}
      </div>
      {canChange ? null : (
        <p className="mt-3 text-xs text-ink-3">Only administrators may set secrets.</p>
      )}
    </Section>
  );
}
