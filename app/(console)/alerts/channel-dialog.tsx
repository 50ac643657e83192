'use client';
/** The form of a new channel, and after it the secret of a webhook, this once. */
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { CodeBlock } from '#app/ui/code-block.tsx';
import { Dialog, FormDialog } from '#app/ui/dialog.tsx';
import { SwitchField, TextField } from '#app/ui/field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { addChannelAction } from './actions.ts';
import { channelWords } from './channel-words.ts';

type Kind = keyof typeof channelWords;
const kinds: readonly Kind[] = ['webhook', 'slack', 'teams'];

export default function ChannelDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('webhook');
  const [url, setUrl] = useState('');
  const [alerts, setAlerts] = useState(true);
  const [runEnds, setRunEnds] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const add = useAction(addChannelAction, {
    done: (_, input) => `Added the channel ${input.name}`,
    onDone: (signingSecret) => {
      if (signingSecret === null) onClose();
      else setSecret(signingSecret);
    },
    showsError: true,
  });
  const fields = add.error?.fields ?? {};
  if (secret !== null) {
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
  return (
    <FormDialog
      title="New channel"
      submitLabel="Add channel"
      isPending={add.isPending}
      error={add.error}
      onSubmit={() => add.run({ name, kind, url, alerts, runEnds })}
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
      <SelectField
        label="Kind"
        value={kind}
        options={kinds.map((one) => ({ value: one, label: channelWords[one] }))}
        onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'webhook')}
      />
      <TextField
        label="Address"
        help="Stored encrypted, and never shown again but for its host. Private addresses are reached only where INGEST_EGRESS_ALLOW names them."
        value={url}
        onChange={setUrl}
        isRequired
        mono
        error={fields['url']}
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
    </FormDialog>
  );
}
