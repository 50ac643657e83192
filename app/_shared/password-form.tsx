'use client';
import { type FormEvent, useState } from 'react';
import { ErrorBanner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { TextField } from '#app/ui/field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { changeOwnPasswordAction } from './own-password.ts';

export function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useAction(changeOwnPasswordAction, {
    done: () => 'Your password was changed',
    // All sessions have ended, this one too.
    onDone: () => window.location.assign('/sign-in?reason=password'),
    showsError: true,
  });
  const fields = change.error?.fields ?? {};
  function submit(event: FormEvent) {
    event.preventDefault();
    change.run({ current, password });
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <ErrorBanner error={change.error} />
      <TextField
        label="Current password"
        type="password"
        autoComplete="current-password"
        value={current}
        onChange={setCurrent}
        error={fields['current']}
      />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        help="At least 12 characters, none of the commonest. You sign in again afterwards, everywhere."
        value={password}
        onChange={setPassword}
        error={fields['password']}
      />
      <Button type="submit" variant="primary" isPending={change.isPending} className="self-start">
        Change password
      </Button>
    </form>
  );
}
