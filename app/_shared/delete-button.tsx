'use client';
import { Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '#app/ui/button.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { type Answer, useAction } from '#app/ui/use-action.ts';

interface Props<Input> {
  readonly action: (input: Input) => Promise<Answer<unknown>>;
  readonly input: Input;
  /** `schedule`, `channel`. */
  readonly what: string;
  readonly name: string;
  /** What deleting it does. */
  readonly children: ReactNode;
}

/** Deletes one row of a list, once that is confirmed. */
export function DeleteButton<Input>({ action, input, what, name, children }: Props<Input>) {
  const [isOpen, setOpen] = useState(false);
  const remove = useAction(action, {
    done: () => `Deleted the ${what} ${name}`,
    onDone: () => setOpen(false),
  });
  return (
    <>
      <IconButton label={`Delete ${name}`} size="sm" onPress={() => setOpen(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title={`Delete the ${what} ${name}?`}
        confirmLabel={`Delete ${what}`}
        isDangerous
        isPending={remove.isPending}
        onConfirm={() => remove.run(input)}
      >
        {children}
      </ConfirmDialog>
    </>
  );
}
