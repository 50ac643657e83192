'use client';
/** The form of a new API token, and the token itself: it is shown this once. */
import { useState } from 'react';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { CopyButton } from '#app/ui/copy.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { CheckboxField, TextField } from '#app/ui/field.tsx';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Permission } from '#lib/actor/model.ts';
import { createTokenAction } from './actions.ts';

export interface PermissionChoice {
  readonly permission: Permission;
  readonly sentence: string;
}

export default function TokenDialog({
  sources,
  choices,
  onClose,
}: {
  readonly sources: readonly string[];
  readonly choices: readonly PermissionChoice[];
  readonly onClose: () => void;
}) {
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const [permissions, setPermissions] = useState<readonly Permission[]>(['console:view']);
  const [allSources, setAllSources] = useState(true);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [token, setToken] = useState<string | null>(null);
  const make = useAction(createTokenAction, {
    onDone: (made) => setToken(made.token),
    showsError: true,
  });
  const fields = make.error?.fields ?? {};
  if (token !== null) {
    return (
      <FormDialog
        size="sm"
        title="Keep this token"
        submitLabel="Done"
        cancelLabel="Close"
        error={null}
        isPending={false}
        onSubmit={onClose}
        onClose={onClose}
      >
        <p className="text-sm">It is not shown again, and cannot be found out later.</p>
        <CodeBlock label="The new token" wraps>
          {token}
        </CodeBlock>
        <CopyButton label="Copy token" textOf={() => token} />
      </FormDialog>
    );
  }
  return (
    <FormDialog
      size="sm"
      title="New API token"
      submitLabel="Make token"
      error={make.error}
      isPending={make.isPending}
      onSubmit={() =>
        make.run({
          name,
          days,
          permissions: [...permissions],
          sources: allSources ? null : [...chosen],
        })
      }
      onClose={onClose}
    >
      <TextField
        label="Name"
        help="What will use it. It stands in the audit log beside your address."
        isRequired
        autoFocus
        maxLength={50}
        value={name}
        onChange={setName}
        error={fields['name']}
      />
      <QuantityField
        stored="days"
        label="Valid for"
        minValue={1}
        value={days}
        onChange={setDays}
        error={fields['days']}
      />
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 text-xs font-medium text-ink">It may</legend>
        {choices.map(({ permission, sentence }) => (
          <CheckboxField
            key={permission}
            label={sentence}
            isSelected={permissions.includes(permission)}
            onChange={(isOn) => setPermissions(changed(permissions, permission, isOn))}
          />
        ))}
        {fields['permissions'] ? (
          <span className="text-xs font-medium text-failed">{fields['permissions']}</span>
        ) : null}
      </fieldset>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 text-xs font-medium text-ink">Of these sources</legend>
        <CheckboxField
          label="all, those to come included"
          isSelected={allSources}
          onChange={setAllSources}
        />
        {allSources
          ? null
          : sources.map((source) => (
              <CheckboxField
                key={source}
                label={source}
                isSelected={chosen.includes(source)}
                onChange={(isOn) => setChosen(changed(chosen, source, isOn))}
              />
            ))}
        {fields['sources'] ? (
          <span className="text-xs font-medium text-failed">{fields['sources']}</span>
        ) : null}
      </fieldset>
    </FormDialog>
  );
}

const changed = <T,>(list: readonly T[], one: T, isOn: boolean): readonly T[] =>
  isOn ? [...list, one] : list.filter((other) => other !== one);
