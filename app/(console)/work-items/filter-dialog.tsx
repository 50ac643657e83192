'use client';
/** FilterDialog: the value of one filter, checked with the same schema the server uses. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { SelectField, TextField } from '#app/ui/field.tsx';
import { workItemParameters } from '#lib/work-items/filter.ts';
import type { FilterDefinition } from './filters.ts';

export default function FilterDialog({
  filter,
  value: initial,
  sources,
  onApply,
  onClose,
}: {
  readonly filter: FilterDefinition;
  readonly value: string;
  readonly sources: readonly string[];
  readonly onApply: (value: string | null) => void;
  readonly onClose: () => void;
}) {
  const [value, setValue] = useState(initial);
  const [error, setError] = useState<string>();
  const apply = () => {
    if (value === '') return onApply(null);
    const parsed = workItemParameters[filter.parameter].safeParse(value);
    if (parsed.success) onApply(value);
    else setError(`It ${parsed.error.issues[0]?.message ?? 'is not understood'}.`);
  };
  const label = filter.unit ? `${filter.label} (${filter.unit})` : filter.label;
  return (
    <Dialog
      title="Filter the list"
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="sm"
      footer={
        <>
          <Button onPress={onClose}>Leave as it is</Button>
          <Button variant="primary" type="submit" form="filter-form">
            Apply filter
          </Button>
        </>
      }
    >
      <form
        id="filter-form"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        {filter.kind === 'source' ? (
          <SelectField
            label={label}
            help={filter.help}
            error={error}
            placeholder="Choose a source"
            options={sources.map((name) => ({ value: name, label: name }))}
            {...(value ? { value } : {})}
            onChange={setValue}
          />
        ) : (
          <TextField
            label={label}
            help={filter.help}
            error={error}
            value={value}
            onChange={setValue}
            autoFocus
            placeholder={filter.placeholder ?? (filter.kind === 'date' ? '2026-01-31' : '')}
          />
        )}
      </form>
    </Dialog>
  );
}
