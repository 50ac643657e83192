'use client';
/** The form of a channel, and after it the secret of a webhook, this once. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { Dialog, FormDialog } from '#app/ui/dialog.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { Channel } from '#lib/notices/channels.ts';
import type { ChannelTiming } from '#lib/notices/timing.ts';
import { addChannelAction, changeChannelAction } from './actions.ts';
import { type ChannelKind, channelWords } from './channel-words.ts';
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
  const [name, setName] = useState(channel?.name ?? '');
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? 'webhook');
  const [address, setAddress] = useState('');
  const [enabled, setEnabled] = useState(channel?.enabled ?? true);
  const [alerts, setAlerts] = useState(channel?.alerts ?? true);
  const [runEnds, setRunEnds] = useState(channel?.runEnds ?? false);
  const [newSecret, setNewSecret] = useState(false);
  const [timing, setTiming] = useState<ChannelTiming>(channel?.timing ?? timingAtFirst);
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
      error={error}
      onSubmit={() =>
        channel === null
          ? add.run({ ...input, kind })
          : change.run({ ...input, channelId: channel.channelId, enabled, newSecret })
      }
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
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
          onChange={setEnabled}
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
        onChange={setAlerts}
      />
      <SwitchField
        label="Ends of runs"
        help="Completed, failed, stopped and cancelled, with their numbers: other systems can go on from there."
        isSelected={runEnds}
        onChange={setRunEnds}
      />
      <TimingFields value={timing} onChange={setTiming} fields={fields} />
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
