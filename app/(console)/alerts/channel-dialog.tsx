'use client';
/** The form of a channel, and after it the secret of a webhook, this once. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { Dialog, FormDialog } from '#app/ui/dialog.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
import { fieldsNamed } from '#app/ui/merge-fields.ts';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { useContestedForm } from '#app/ui/use-contested-form.ts';
import type { Channel } from '#lib/notices/channels.ts';
import type { ChannelTiming } from '#lib/notices/timing.ts';
import { addChannelAction, changeChannelAction } from './actions.ts';
import { type ChannelKind, channelWords, timingWords } from './channel-words.ts';
import { TimingFields } from './timing-fields.tsx';

const kinds: readonly ChannelKind[] = ['webhook', 'slack', 'teams', 'email'];

export default function ChannelDialog({
  channel,
  onClose,
}: {
  /** The one to change; null = a new one. */
  readonly channel: Channel | null;
  readonly onClose: () => void;
}) {
  const form = useContestedForm({
    saved: channel ? savedOf(channel) : newChannel,
    valuesOf: (saved) => saved,
    fields: mergeFieldsOfChannel,
  });
  const { name, enabled, alerts, runEnds, timing } = form.values;
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? 'webhook');
  const [address, setAddress] = useState('');
  const [newSecret, setNewSecret] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const shown = {
    onDone: (signingSecret: string | null) => {
      if (signingSecret === null) onClose();
      else setSecret(signingSecret);
    },
    showsError: true,
  };
  const add = useAction(addChannelAction, {
    done: (_, input) => `Added the channel ${input.name}`,
    ...shown,
  });
  const change = useAction(changeChannelAction, {
    done: (_, input) => `Changed the channel ${input.name}`,
    ...shown,
    onFailed: form.onFailed,
  });
  if (secret !== null) return <SecretDialog secret={secret} onClose={onClose} />;
  const { error, isPending } = channel === null ? add : change;
  const fields = error?.fields ?? {};
  const input = { name, address, alerts, runEnds, timing };
  return (
    <FormDialog
      title={channel === null ? 'New channel' : `Change ${channel.name}`}
      submitLabel={channel === null ? 'Add channel' : 'Save channel'}
      isPending={isPending}
      error={form.shown(error)}
      onSubmit={() =>
        channel === null
          ? add.run({ ...input, kind })
          : change.run({
              ...input,
              channelId: channel.channelId,
              enabled,
              newSecret,
              seen: form.seen,
            })
      }
      onClose={onClose}
    >
      <ForeignChanges contest={form.contest} what="changed this channel" />
      <TextField
        label="Name"
        value={name}
        onChange={(value) => form.change({ name: value })}
        isRequired
        autoFocus
        error={fields['name']}
      />
      {channel === null ? (
        <SelectField
          label="Kind"
          value={kind}
          options={kinds.map((one) => ({ value: one, label: channelWords[one] }))}
          onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'webhook')}
        />
      ) : (
        <SwitchField
          label="On"
          help="A channel that is off is told nothing; what waits for it goes on when it is on again."
          isSelected={enabled}
          onChange={(value) => form.change({ enabled: value })}
        />
      )}
      <TextField
        label={kind === 'email' ? 'Recipients' : 'Address'}
        help={`${channel === null ? '' : 'Empty: it stays as it is. '}${addressHelp(kind)}`}
        value={address}
        onChange={setAddress}
        isRequired={channel === null}
        mono
        error={fields['address']}
      />
      <SwitchField
        label="Alerts"
        help="When one is opened, and when it is over."
        isSelected={alerts}
        onChange={(value) => form.change({ alerts: value })}
      />
      <SwitchField
        label="Ends of runs"
        help="Completed, failed, stopped and cancelled, with their numbers: other systems can go on from there."
        isSelected={runEnds}
        onChange={(value) => form.change({ runEnds: value })}
      />
      <TimingFields
        value={timing}
        onChange={(value) => form.change({ timing: value })}
        fields={fields}
      />
      {channel?.kind === 'webhook' ? (
        <SwitchField
          label="New secret"
          help="Messages are signed with it from then on, and no longer with the present one."
          isSelected={newSecret}
          onChange={setNewSecret}
        />
      ) : null}
    </FormDialog>
  );
}

const timingAtFirst: ChannelTiming = {
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  digest: null,
  quiet: null,
  breaksThrough: 'critical',
};

/** The host stands for the address, of which it alone is known. */
const savedOf = ({ name, host, enabled, alerts, runEnds, timing }: Channel) => ({
  name,
  host,
  enabled,
  alerts,
  runEnds,
  timing,
});
type Saved = ReturnType<typeof savedOf>;

const newChannel: Saved = {
  name: '',
  host: '',
  enabled: true,
  alerts: true,
  runEnds: false,
  timing: timingAtFirst,
};

const mergeFieldsOfChannel = fieldsNamed<Saved>(
  {
    name: 'Name',
    host: 'Address',
    enabled: 'On',
    alerts: 'Alerts',
    runEnds: 'Ends of runs',
    timing: 'When it is told',
  },
  { timing: ({ timing }) => timingWords(timing) },
);

const addressHelp = (kind: ChannelKind) =>
  kind === 'email'
    ? 'With commas between. They are sent to by the mail server of INGEST_SMTP_HOST.'
    : 'Stored encrypted, and never shown again but for its host. Private addresses are reached only where INGEST_EGRESS_ALLOW names them.';

function SecretDialog({
  secret,
  onClose,
}: {
  readonly secret: string;
  readonly onClose: () => void;
}) {
  return (
    <Dialog
      title="The secret of the webhook"
      isOpen
      isDismissable={false}
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      footer={
        <Button variant="primary" onPress={onClose}>
          I have kept it
        </Button>
      }
    >
      <p className="text-sm text-ink-2">
        The receiver checks signatures with it, as Standard Webhooks says. It is not shown again.
      </p>
      <CodeBlock label="Secret">{secret}</CodeBlock>
    </Dialog>
  );
}
