'use client';
/** What a person acts on and what answers: buttons, fields, banners, states and dialogs in every state. */
import { Ellipsis, Play, RotateCcw, Trash2, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { Banner } from '#app/ui/banner.tsx';
import { Button, IconButton, LinkButton } from '#app/ui/button.tsx';
import type { ButtonVariant } from '#app/ui/button-style.ts';
import { Chip, ChipLink } from '#app/ui/chip.tsx';
import { ConfirmDialog } from '#app/ui/dialog.tsx';
import { CheckboxField, NumberField, SwitchField, TextField } from '#app/ui/field.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { SearchField } from '#app/ui/search-field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import { EmptyState, ErrorState, NoPermission, TableSkeleton } from '#app/ui/states.tsx';
import { notify, notifyError } from '#app/ui/toast.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';
import { Group, Sample } from './sample.tsx';

const variants: readonly ButtonVariant[] = ['primary', 'secondary', 'quiet', 'danger'];
const kinds = [
  { value: 'seed', label: 'Seed', description: 'Start from the seeds.' },
  { value: 'recrawl', label: 'Recrawl', description: 'Fetch known items again.' },
];
const nothing = () => {};

export function Forms() {
  const [seconds, setSeconds] = useState(5_400);
  return (
    <>
      <Group title="Buttons">
        {variants.map((variant) => (
          <Sample key={variant} state={variant}>
            <span className="flex flex-wrap items-center gap-2">
              <Button variant={variant}>Launch run</Button>
              <Button variant={variant} icon={<Play aria-hidden />}>
                With a mark
              </Button>
              <Button variant={variant} size="sm">
                Small
              </Button>
              <Button variant={variant} isPending>
                Pending
              </Button>
              <Button variant={variant} isDisabled>
                Disabled
              </Button>
            </span>
          </Sample>
        ))}
        <Sample state="icon, link, menu">
          <span className="flex items-center gap-2">
            <IconButton label="Retry">
              <RotateCcw aria-hidden />
            </IconButton>
            <LinkButton href="/runs">A link</LinkButton>
            <Menu
              label="More"
              trigger={
                <IconButton label="More">
                  <Ellipsis aria-hidden />
                </IconButton>
              }
              entries={[
                { kind: 'heading', id: 'h', text: '3 items' },
                { id: 'retry', label: 'Retry', icon: <RotateCcw aria-hidden />, hint: 'r' },
                { id: 'no', label: 'Not now', isDisabled: true },
                { kind: 'separator', id: 's' },
                { id: 'drop', label: 'Delete', icon: <Trash2 aria-hidden />, isDangerous: true },
              ]}
            />
          </span>
        </Sample>
        <Sample state="chips">
          <span className="flex items-center gap-2">
            <Chip label="Source" value="wiki" onRemove={nothing} onEdit={nothing} />
            <ChipLink href="/design" isCurrent>
              On
            </ChipLink>
            <ChipLink href="/design" isCurrent={false}>
              Off
            </ChipLink>
          </span>
        </Sample>
      </Group>
      <Group title="Fields">
        <Sample state="text">
          <TextField label="Name" help="Names its items." isRequired placeholder="wiki" />
        </Sample>
        <Sample state="text, wrong">
          <TextField
            label="Address"
            mono
            defaultValue="wiki.example"
            error="Give an absolute URL."
          />
        </Sample>
        <Sample state="text, disabled">
          <TextField label="Fixed name" defaultValue="wiki" isDisabled />
        </Sample>
        <Sample state="several lines">
          <TextField label="Pages" rows={3} mono defaultValue={'Star_Wars\nTatooine'} />
        </Sample>
        <Sample state="number">
          <NumberField
            label="Maximum items"
            help="Empty = no limit."
            defaultValue={1_000}
            unit="items"
          />
        </Sample>
        <Sample state="number, wrong">
          <NumberField label="Depth" defaultValue={-1} error="At least 0." />
        </Sample>
        <Sample state="duration">
          <QuantityField
            stored="seconds"
            label="Delay"
            help="Between two requests."
            value={seconds}
            onChange={setSeconds}
          />
        </Sample>
        <Sample state="select">
          <SelectField label="What to do" options={kinds} defaultValue="seed" className="w-52" />
        </Sample>
        <Sample state="select, empty">
          <SelectField label="Kind" options={kinds} error="Choose one." className="w-52" />
        </Sample>
        <Sample state="search">
          <SearchField label="Find items" placeholder="Find" className="w-52" />
        </Sample>
        <Sample state="search, filled">
          <SearchField label="Find runs" defaultValue="nightly" className="w-52" />
        </Sample>
        <Sample state="switches">
          <div className="flex flex-col gap-2">
            <SwitchField label="On" help="Takes part in new runs." defaultSelected />
            <SwitchField label="Off" />
            <SwitchField label="Disabled" isDisabled />
          </div>
        </Sample>
        <Sample state="checkboxes">
          <div className="flex flex-col gap-2">
            <CheckboxField label="Chosen" defaultSelected />
            <CheckboxField label="Not chosen" />
            <CheckboxField label="Not to be chosen" isDisabled />
          </div>
        </Sample>
      </Group>
    </>
  );
}

const banners = ['info', 'done', 'warn', 'failed'] as const;
const refused: PublicError = {
  code: 'forbidden',
  message: 'You may not change sources.',
  remedy: 'Ask an administrator for the role that allows this.',
};

/** What answers a person: banners, states, dialogs and notices. */
export function Feedback() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Group title="Banners">
        {banners.map((kind) => (
          <Sample key={kind} state={kind} isWide>
            <Banner
              kind={kind}
              title="The source is paused"
              action={<Button size="sm">Look</Button>}
            >
              Nothing is fetched from it.
            </Banner>
          </Sample>
        ))}
      </Group>
      <Group title="States of a page">
        <Sample state="empty" isWide>
          <EmptyState
            icon={<Waypoints aria-hidden />}
            title="No work items yet"
            action={<LinkButton href="/runs">Launch a run</LinkButton>}
          >
            A run enqueues the seeds of its sources.
          </EmptyState>
        </Sample>
        <Sample state="error" isWide>
          <ErrorState
            error={{
              code: 'db_statement_timeout',
              message: 'The list took longer than 5 s.',
              remedy: 'Narrow the filter.',
            }}
          />
        </Sample>
        <Sample state="not allowed" isWide>
          <NoPermission error={refused} />
        </Sample>
        <Sample state="loading" isWide>
          <TableSkeleton rows={3} />
        </Sample>
      </Group>
      <Group title="Dialogs and notices">
        <Sample state="opened by a button">
          <span className="flex flex-wrap gap-2">
            <Button onPress={() => setOpen(true)}>Ask first</Button>
            <Button onPress={() => notify('12 items will be fetched again')}>
              Say what was done
            </Button>
            <Button onPress={() => notifyError(refused)}>Say what was refused</Button>
          </span>
        </Sample>
      </Group>
      <ConfirmDialog
        isOpen={isOpen}
        onOpenChange={setOpen}
        title="Delete wiki?"
        confirmLabel="Delete source"
        isDangerous
        onConfirm={() => setOpen(false)}
      >
        <p>Its settings are deleted. 12 items and their records are kept.</p>
      </ConfirmDialog>
    </>
  );
}
