'use client';
/** The forms of the user table. */
import { useState } from 'react';
import { useRequestKey } from '#app/_shared/request-key.ts';
import { Banner } from '#app/ui/banner.tsx';
import { FormDialog } from '#app/ui/dialog.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed } from '#app/ui/merge-fields.ts';
import { countOf } from '#app/ui/num.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import type { SignInFacts } from '#lib/access/provider.ts';
import type { User } from '#lib/access/users.ts';
import { can, type Limits, type Role, roles } from '#lib/actor/model.ts';
import {
  changeUserAction,
  createUserAction,
  endAllSessionsAction,
  setUserPasswordAction,
} from './actions.ts';
import { LimitsField } from './limits-field.tsx';
import { limitsInWords } from './limits-in-words.ts';

const roleWords: Readonly<Record<Role, { label: string; description: string }>> = {
  viewer: { label: 'Viewer', description: 'Views everything, changes nothing' },
  operator: { label: 'Operator', description: 'Runs, items, sources, hosts, workers, schedules' },
  admin: { label: 'Administrator', description: 'Also users, secrets and settings' },
};
const roleOptions = roles.map((role) => ({ value: role, ...roleWords[role] }));
const toRole = (value: string): Role => roles.find((role) => role === value) ?? 'viewer';

const nothingLeftOut = { without: [], sources: null };

/** Of the role that is chosen: what another one allows need not be left out. */
function asInput(limits: Limits | null, role: Role) {
  if (limits === null) return nothingLeftOut;
  const { without, sources } = limits;
  return {
    without: without.flatMap((one) => (one !== 'console:view' && can(role, one) ? [one] : [])),
    sources: sources === null ? null : [...sources],
  };
}

export type UserTask =
  | { readonly kind: 'new' }
  | { readonly kind: 'change' | 'password' | 'end-sessions'; readonly user: User };

export default function UserDialog({
  task,
  signIn,
  sources,
  onClose,
}: {
  readonly task: UserTask;
  readonly signIn: SignInFacts;
  readonly sources: readonly string[];
  readonly onClose: () => void;
}) {
  switch (task.kind) {
    case 'new':
      return <NewUserDialog signIn={signIn} onClose={onClose} />;
    case 'change':
      return (
        <ChangeUserDialog
          user={task.user}
          provider={signIn.provider}
          sources={sources}
          onClose={onClose}
        />
      );
    case 'password':
      return <PasswordDialog user={task.user} onClose={onClose} />;
    case 'end-sessions':
      return <EndSessionsDialog user={task.user} onClose={onClose} />;
  }
}

function NewUserDialog({
  signIn: { passwords, provider },
  onClose,
}: {
  readonly signIn: SignInFacts;
  readonly onClose: () => void;
}) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [password, setPassword] = useState('');
  const requestKeyOf = useRequestKey();
  // Beside a provider an account can do without.
  const asked = { email, name, role, password: provider && password === '' ? null : password };
  const create = useAction(createUserAction, {
    done: () => `${email} can sign in as ${role}`,
    onDone: onClose,
    showsError: true,
  });
  const fields = create.error?.fields ?? {};
  return (
    <FormDialog
      size="sm"
      title="New user"
      submitLabel="Create user"
      error={create.error}
      isPending={create.isPending}
      onSubmit={() => create.run({ ...asked, requestKey: requestKeyOf(asked) })}
      onClose={onClose}
    >
      <TextField
        label="E-mail"
        type="email"
        autoComplete="off"
        isRequired
        autoFocus
        value={email}
        onChange={setEmail}
        error={fields['email']}
      />
      <TextField
        label="Name"
        autoComplete="off"
        isRequired
        value={name}
        onChange={setName}
        error={fields['name']}
      />
      <SelectField
        label="Role"
        options={roleOptions}
        value={role}
        onChange={(value) => setRole(toRole(value))}
      />
      {passwords ? (
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          isRequired={provider === null}
          help={
            provider
              ? `At least 12 characters, none of the commonest; leave it empty for someone who signs in with ${provider.name}.`
              : 'At least 12 characters, none of the commonest. Hand it over in person: it is changed at the first sign-in.'
          }
          value={password}
          onChange={setPassword}
          error={fields['password']}
        />
      ) : null}
      {provider ? (
        <Banner title={`The first sign-in with ${provider.name} links the account.`}>
          Its verified address there must be this one.
          {provider.decidesRoles ? ' It also decides the role.' : ''}
        </Banner>
      ) : null}
    </FormDialog>
  );
}

function ChangeUserDialog({
  user,
  provider,
  sources,
  onClose,
}: {
  readonly user: User;
  readonly provider: SignInFacts['provider'];
  readonly sources: readonly string[];
  readonly onClose: () => void;
}) {
  const form = useContestedForm({
    saved: savedOf(user),
    valuesOf: (saved) => saved,
    fields: mergeFieldsOfUser,
  });
  const { seen } = form;
  const { name, role, active, isLinked, limits } = form.values;
  // An account that was linked meanwhile stays linked.
  const linking = seen.isLinked ? { isLinked } : {};
  const change = useAction(changeUserAction, {
    done: () => `Changed ${user.email}`,
    onDone: onClose,
    onFailed: form.onFailed,
    showsError: true,
  });
  const endsSessions = role !== seen.role || active !== seen.active || isLinked !== seen.isLinked;
  return (
    <FormDialog
      size="sm"
      title={user.email}
      submitLabel="Save user"
      error={form.shown(change.error)}
      isPending={change.isPending}
      onSubmit={() =>
        change.run({
          userId: user.userId,
          name,
          role,
          active,
          limits: role === 'admin' ? nothingLeftOut : asInput(limits, role),
          ...linking,
          seen,
        })
      }
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="changed this account" />
      <TextField
        label="Name"
        value={name}
        onChange={(value) => form.change({ name: value })}
        autoFocus
        error={change.error?.fields?.['name']}
      />
      <SelectField
        label="Role"
        help={
          user.isLinked && provider?.decidesRoles
            ? `${provider.name} decides it again at each sign-in.`
            : undefined
        }
        options={roleOptions}
        value={role}
        onChange={(value) => form.change({ role: toRole(value) })}
      />
      {role === 'admin' ? null : (
        <LimitsField
          role={role}
          sources={sources}
          limits={limits}
          onChange={(value) => form.change({ limits: value })}
          error={change.error?.fields?.['limits'] ?? change.error?.fields?.['limits.sources']}
        />
      )}
      <SwitchField
        label="Active"
        help="A deactivated account cannot sign in; its history stays."
        isSelected={active}
        onChange={(value) => form.change({ active: value })}
      />
      {seen.isLinked ? (
        <SwitchField
          label={`Linked to ${provider?.name ?? 'a provider'}`}
          help="Turning it off unlinks the account; the next sign-in with the verified address links it again."
          isSelected={isLinked}
          onChange={(value) => form.change({ isLinked: value })}
        />
      ) : null}
      {endsSessions ? <Banner title="This ends the person's open sessions." /> : null}
    </FormDialog>
  );
}

const savedOf = ({ name, role, active, isLinked, limits }: User) => ({
  name,
  role,
  active,
  isLinked,
  limits,
});

const mergeFieldsOfUser = fieldsNamed<ReturnType<typeof savedOf>>(
  { name: 'Name', role: 'Role', active: 'Active', isLinked: 'Linked', limits: 'Limits' },
  {
    role: ({ role }) => roleWords[role].label,
    limits: ({ limits }) => (limits === null ? 'none' : limitsInWords(limits)),
  },
);

function PasswordDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const [password, setPassword] = useState('');
  const set = useAction(setUserPasswordAction, {
    done: ({ tokensRevoked }) =>
      `Set a new password for ${user.email}; open sessions${tokensRevoked > 0 ? ` and ${countOf(tokensRevoked, 'API token')}` : ''} were ended`,
    onDone: onClose,
    showsError: true,
  });
  return (
    <FormDialog
      size="sm"
      title={`New password for ${user.email}`}
      submitLabel="Set password"
      error={set.error}
      isPending={set.isPending}
      onSubmit={() => set.run({ userId: user.userId, password })}
      onClose={onClose}
    >
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        isRequired
        autoFocus
        help="At least 12 characters, none of the commonest. The person's sessions and API tokens end, and it is changed at the next sign-in."
        value={password}
        onChange={setPassword}
        error={set.error?.fields?.['password']}
      />
    </FormDialog>
  );
}

function EndSessionsDialog({
  user,
  onClose,
}: {
  readonly user: User;
  readonly onClose: () => void;
}) {
  const end = useAction(endAllSessionsAction, {
    done: (count) => `${user.email} is signed out everywhere (${count})`,
    onDone: onClose,
    showsError: true,
  });
  return (
    <FormDialog
      size="sm"
      title={`End all sessions of ${user.email}`}
      submitLabel="End sessions"
      error={end.error}
      isPending={end.isPending}
      onSubmit={() => end.run({ userId: user.userId })}
      onClose={onClose}
    >
      <p className="text-sm">
        The person is signed out on every device, and may sign in again. Deactivate the account to
        keep them out.
      </p>
    </FormDialog>
  );
}
