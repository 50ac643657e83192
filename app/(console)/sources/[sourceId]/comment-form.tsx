'use client';
/** CommentForm: writes a comment on a source; what was typed stays until it is written. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { useDraft } from '#app/ui/draft.ts';
import { TextField } from '#app/ui/field.tsx';
import { LeaveGuard } from '#app/ui/leave-guard.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { comment } from '../actions.ts';

export function CommentForm({ sourceId }: { readonly sourceId: string }) {
  const [body, setBody] = useState('');
  const isDirty = body !== '';
  const { forget } = useDraft({
    key: `comment:${sourceId}`,
    value: body,
    isDirty,
    takeBack: setBody,
  });
  const writing = useAction(comment, {
    done: () => 'Your comment was added',
    onDone: () => {
      setBody('');
      forget();
    },
    showsError: true,
  });
  return (
    <form
      className="flex flex-col gap-2 border-b px-3 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        writing.run({ sourceId, body });
      }}
    >
      {isDirty ? <LeaveGuard /> : null}
      <TextField
        label="Comment"
        help="For whoever looks after this source next: what you saw, agreed, or plan."
        rows={2}
        maxLength={2000}
        value={body}
        onChange={setBody}
        error={writing.error?.fields?.['body'] ?? writing.error?.message}
      />
      <Button type="submit" size="sm" className="w-fit" isPending={writing.isPending}>
        Add the comment
      </Button>
    </form>
  );
}
