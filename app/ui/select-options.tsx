'use client';
import { Check } from 'lucide-react';
import type { RefObject } from 'react';
import { ListBox, ListBoxItem, Text } from 'react-aria-components';
import { ListPopover } from './list-popover.tsx';
import type { SelectOption } from './select-field.tsx';

/** The open list of a select, under its button. */
export default function SelectOptions({
  trigger,
  label,
  options,
  chosen,
  onChoose,
  onClose,
}: {
  readonly trigger: RefObject<HTMLButtonElement | null>;
  readonly label: string;
  readonly options: readonly SelectOption[];
  readonly chosen: string | null;
  readonly onChoose: (value: string) => void;
  readonly onClose: () => void;
}) {
  return (
    <ListPopover
      label={label}
      trigger={trigger}
      placement="bottom start"
      onClose={onClose}
      className="min-w-(--trigger-width) max-w-96"
    >
      <ListBox
        aria-label={label}
        autoFocus
        selectionMode="single"
        selectedKeys={chosen === null ? [] : [chosen]}
        onSelectionChange={(keys) => {
          // Nothing is in it when the chosen one was chosen again.
          const [next] = keys === 'all' ? [] : keys;
          if (next !== undefined) onChoose(String(next));
          onClose();
        }}
        className="max-h-80 overflow-auto p-1 outline-none"
      >
        {options.map((option) => (
          <ListBoxItem
            key={option.value}
            id={option.value}
            textValue={option.label}
            className="group flex cursor-pointer items-start gap-2 rounded-sm px-2 py-1.5 text-sm outline-none data-focused:bg-hover"
          >
            <Check
              aria-hidden
              className="mt-0.5 size-4 shrink-0 text-accent opacity-0 group-data-selected:opacity-100"
            />
            <span className="flex min-w-0 flex-col">
              <Text slot="label">{option.label}</Text>
              {option.description ? (
                <Text slot="description" className="text-xs text-ink-3">
                  {option.description}
                </Text>
              ) : null}
            </span>
          </ListBoxItem>
        ))}
      </ListBox>
    </ListPopover>
  );
}
