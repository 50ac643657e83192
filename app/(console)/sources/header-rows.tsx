'use client';
/** HeaderRows: names and values side by side, as many as one likes. Its value is a line for each. */
import { Plus, X } from 'lucide-react';
import { useId, useRef } from 'react';
import { flushSync } from 'react-dom';
import { Button, IconButton } from '#app/ui/button.tsx';
import { TextField } from '#app/ui/field.tsx';
import { headerOfLine, lineOfHeader } from './header-lines.ts';

export function HeaderRows({
  label,
  help,
  error,
  isDisabled,
  value,
  onChange,
}: {
  readonly label: string;
  readonly help: string;
  readonly error: string | undefined;
  readonly isDisabled: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  const rows = useRef<HTMLDivElement>(null);
  const lines = value === '' ? [] : value.split('\n');
  const put = (at: number, line: string) =>
    onChange(lines.map((one, place) => (place === at ? line : one)).join('\n'));
  const add = () => {
    // At once, so that the first key typed after it goes to the new row.
    flushSync(() => onChange([...lines, lineOfHeader('', '')].join('\n')));
    const names = rows.current?.querySelectorAll<HTMLInputElement>('input[data-name]');
    names?.item(names.length - 1).focus();
  };
  return (
    <fieldset aria-describedby={`${id}-notes`} className="flex flex-col gap-1">
      <legend className="mb-1 text-xs font-medium text-ink">{label}</legend>
      <div ref={rows} className="flex flex-col gap-1.5">
        {lines.map((line, at) => {
          const { name, text } = headerOfLine(line);
          const number = at + 1;
          return (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the text
              key={at}
              className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-center gap-1.5"
            >
              <TextField
                label={`${label} ${number}: name`}
                hideLabel
                mono
                placeholder="Accept-Language"
                isDisabled={isDisabled}
                value={name}
                onChange={(next) => put(at, lineOfHeader(next, text))}
                data-name=""
              />
              <TextField
                label={`${label} ${number}: value`}
                hideLabel
                mono
                placeholder="en"
                isDisabled={isDisabled}
                value={text}
                onChange={(next) => put(at, lineOfHeader(name, next))}
              />
              {isDisabled ? null : (
                <IconButton
                  size="sm"
                  label={`Remove ${name === '' ? `row ${number}` : name}`}
                  onPress={() => onChange(lines.filter((_, place) => place !== at).join('\n'))}
                >
                  <X aria-hidden />
                </IconButton>
              )}
            </div>
          );
        })}
      </div>
      {isDisabled ? null : (
        <Button size="sm" icon={<Plus aria-hidden />} onPress={add} className="w-fit">
          Add one
        </Button>
      )}
      <span id={`${id}-notes`} className="flex flex-col gap-1 text-xs">
        {help ? <span className="text-ink-3">{help}</span> : null}
        {error ? <span className="font-medium text-failed">{error}</span> : null}
      </span>
    </fieldset>
  );
}
