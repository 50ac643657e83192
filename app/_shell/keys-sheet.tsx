'use client';
/** KeysSheet: what the keys do, and the switch that turns the single ones off. */
import { Dialog } from '#app/ui/dialog.tsx';
import { SwitchField } from '#app/ui/field.tsx';
import { usePlaces } from './use-places.ts';

export default function KeysSheet({
  areKeysOn,
  onSwitch,
  onClose,
}: {
  readonly areKeysOn: boolean;
  readonly onSwitch: (areKeysOn: boolean) => void;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title="Keys" isOpen onOpenChange={onClose}>
      <div className="flex flex-col gap-5">
        <div className="grid gap-6 sm:grid-cols-2">
          <KeyList title="Go to" keys={usePlaces().map(({ key, label }) => [['g', key], label])} />
          <div className="flex flex-col gap-6">
            <KeyList
              title="Everywhere"
              keys={[
                [['Ctrl', 'K'], 'Find an item, source, run or page'],
                [['/'], 'Focus the filter'],
                [['?'], 'These keys'],
                [['Esc'], 'Close what is open'],
              ]}
            />
            <KeyList
              title="In lists"
              keys={[
                [['j'], 'Next row'],
                [['k'], 'Previous row'],
                [['x'], 'Select the row'],
                [['Shift', 'j'], 'Select rows on the way'],
                [['Enter'], 'Open the row beside the list, then its page'],
              ]}
            />
          </div>
        </div>
        <div className="border-t pt-4">
          <SwitchField
            label="Single-key shortcuts"
            help="Turn off if they get in the way of speech input. Ctrl K stays."
            isSelected={areKeysOn}
            onChange={onSwitch}
          />
        </div>
      </div>
    </Dialog>
  );
}

function KeyList({
  title,
  keys,
}: {
  readonly title: string;
  readonly keys: readonly (readonly [readonly string[], string])[];
}) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-xs font-medium text-ink-3">{title}</h3>
      <dl className="flex flex-col gap-1.5">
        {keys.map(([strokes, words]) => (
          <div key={words} className="flex items-baseline justify-between gap-4 text-sm">
            <dt>{words}</dt>
            <dd className="flex shrink-0 gap-1">
              {strokes.map((stroke) => (
                <kbd
                  key={stroke}
                  className="min-w-5 rounded-sm border border-line-strong bg-inset px-1.5 text-center text-2xs text-ink-2"
                >
                  {stroke}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
