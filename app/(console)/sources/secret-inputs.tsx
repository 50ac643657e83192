'use client';
import { CheckboxField, TextField } from '#app/ui/field.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { Time } from '#app/ui/time.tsx';
import type { StoredSecret } from '#lib/sources/read-sources.ts';
import type { SecretField } from './form-model.ts';
import { errorFor } from './form-values.ts';

const referenceHelp = 'In its place, where it stands: env:INGEST_SOURCE_… or file:NAME.';

/** That it is set, since when and where; what it is stays where it is. */
function Stored({ secret: { since, reference } }: { readonly secret: StoredSecret }) {
  return (
    <>
      Set{reference === null ? '' : ` as ${reference}`}, since <Time at={since} />.
    </>
  );
}

/** Secrets can be written and removed, never read. */
export function SecretInputs({
  secrets,
  stored,
  values,
  fields,
  canChange,
  onChange,
}: {
  readonly secrets: readonly SecretField[];
  readonly stored: readonly StoredSecret[];
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
          const known = stored.find(({ name }) => name === secret.name);
          const isStored = known !== undefined;
          const isRemoved = isStored && values[secret.name] === '';
          return (
            <div key={secret.name} className="flex flex-col gap-2">
              <TextField
                label={secret.label}
                help={
                  <>
                    {secret.help} {known ? <Stored secret={known} /> : referenceHelp}
                  </>
                }
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
                  label="Remove the stored secret"
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
