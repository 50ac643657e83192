'use client';
/** What muting asks for: what, why and until when. */
import { useState } from 'react';
import { FormDialog } from '#app/ui/dialog.tsx';
import { EndField, endOf, inADay } from '#app/ui/end-field.tsx';
import { TextField } from '#app/ui/field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { MuteTarget } from '#lib/alerts/mutes.ts';
import { muteAction } from './actions.ts';

export interface Mutable {
  /** `The source wiki`. */
  readonly label: string;
  readonly target: MuteTarget;
}

export default function MuteDialog({
  choices,
  onClose,
}: {
  readonly choices: readonly Mutable[];
  readonly onClose: () => void;
}) {
  const [chosen, setChosen] = useState(0);
  const [reason, setReason] = useState('');
  const [end, setEnd] = useState(inADay);
  const mute = useAction(muteAction, {
    done: (label) => `Muted ${label}`,
    onDone: onClose,
    showsError: true,
  });
  const choice = choices[chosen];
  if (choice === undefined) return null;
  const isGroup = choice.target.kind === 'failures';
  return (
    <FormDialog
      title={choices.length === 1 ? `Mute ${choice.label.replace(/^The /, 'the ')}?` : 'Mute?'}
      size="sm"
      submitLabel="Mute"
      cancelLabel="Keep telling"
      isPending={mute.isPending}
      error={mute.error}
      onSubmit={() => mute.run({ target: choice.target, reason, end: endOf(end) })}
      onClose={onClose}
    >
      <p className="text-sm text-ink-2">
        {isGroup
          ? 'Until then these failures count for no alert. They are shown here, and their items stay as they are.'
          : 'Until then channels are not told. What is found is shown as muted; what is still wrong at the end is told then.'}
      </p>
      {choices.length === 1 ? null : (
        <SelectField
          label="What"
          options={choices.map(({ label }, at) => ({ value: String(at), label }))}
          value={String(chosen)}
          onChange={(value) => setChosen(Number(value))}
        />
      )}
      <TextField
        label="Why"
        help="Shown with what is muted."
        isRequired
        autoFocus
        maxLength={400}
        value={reason}
        onChange={setReason}
        error={mute.error?.fields?.['reason']}
      />
      <EndField
        label="Until"
        open={null}
        value={end}
        onChange={setEnd}
        error={mute.error?.fields?.['end']}
      />
    </FormDialog>
  );
}
