'use client';
/** The fields of a derived form, under their headings; and those of one seed. */
import { Plus, Trash2, X } from 'lucide-react';
import { useId, useRef } from 'react';
import { flushSync } from 'react-dom';
import { Button, IconButton } from '#app/ui/button.tsx';
import { NumberField, SwitchField, TextField, type TextFieldProps } from '#app/ui/field.tsx';
import { formatCount } from '#app/ui/num.tsx';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import {
  applying,
  errorFor,
  type FieldValue,
  type FormField,
  type FormValues,
  headerOfLine,
  lineOfHeader,
} from './form-values.ts';

const notGiven = ' ';

interface Props {
  readonly field: FormField;
  readonly value: FieldValue;
  readonly error: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (value: FieldValue) => void;
}

/** One field, in the control its widget asks for. */
export function FormFieldInput({ field, value, error, isDisabled, onChange }: Props) {
  const common = { label: field.label, help: field.help, error, isDisabled };
  const text = typeof value === 'string' ? value : '';
  const required = field.isRequired ? { isRequired: true } : {};
  switch (field.widget) {
    case 'switch':
      return (
        <SwitchField
          label={field.label}
          help={error ? <span className="font-medium text-failed">{error}</span> : field.help}
          isSelected={value === true}
          isDisabled={isDisabled}
          onChange={onChange}
        />
      );
    case 'select':
      return (
        <SelectField
          {...common}
          value={text === '' ? notGiven : text}
          onChange={(chosen) => onChange(chosen === notGiven ? '' : chosen)}
          options={[
            ...(field.initial === '' && !field.isRequired
              ? [{ value: notGiven, label: 'Not set' }]
              : []),
            ...field.options.map((option) => ({ value: option, label: option })),
          ]}
        />
      );
    case 'headers':
      return <HeaderRows {...common} value={text} onChange={onChange} />;
    case 'seconds':
      return (
        <QuantityField
          stored="seconds"
          {...common}
          {...required}
          value={text === '' ? Number.NaN : Number(text)}
          onChange={(seconds) => onChange(Number.isNaN(seconds) ? '' : String(seconds))}
        />
      );
    case 'number':
      return (
        <NumberField
          {...common}
          {...required}
          value={text === '' ? Number.NaN : Number(text)}
          onChange={(number) => onChange(Number.isNaN(number) ? '' : String(number))}
        />
      );
    default:
      return (
        <TextField
          {...common}
          {...(field.widget === 'lines' ? { help: linesHelp(field.help, text) } : {})}
          {...required}
          {...textProps(field)}
          {...(field.placeholder ? { placeholder: field.placeholder } : {})}
          value={text}
          onChange={onChange}
        />
      );
  }
}

/** The help of a long list includes its length. */
function linesHelp(help: string, text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  return lines > 1 ? `${help} ${formatCount(lines)} lines.`.trim() : help;
}

function textProps({ widget }: FormField): Pick<TextFieldProps, 'rows' | 'mono' | 'type'> {
  switch (widget) {
    case 'lines':
    case 'area':
      return { rows: 4, mono: true };
    case 'url':
      // Not the browser's url type: its own complaint would hide the exact one beside the field.
      return { mono: true };
    case 'date':
      return { type: 'date' };
    default:
      return {};
  }
}

/** All fields, under the headings of their groups. */
export function FieldGroups({
  fields,
  children,
}: {
  readonly fields: readonly FormField[];
  readonly children: (field: FormField) => React.ReactNode;
}) {
  const groups = Map.groupBy(fields, (field) => field.group ?? '');
  return [...groups].map(([title, members]) => (
    <fieldset key={title} className="border-t pt-4 first:border-t-0 first:pt-0">
      {title ? (
        <legend className="float-left mb-3 w-full text-sm font-semibold">{title}</legend>
      ) : null}
      <div className="clear-both grid gap-x-6 gap-y-4 md:grid-cols-2">
        {members.map((field) => (
          <div key={field.path} className={isWide(field) ? 'md:col-span-2' : ''}>
            {children(field)}
          </div>
        ))}
      </div>
    </fieldset>
  ));
}

const isWide = ({ widget }: FormField) => ['url', 'lines', 'area', 'headers'].includes(widget);

/** Names and values side by side, as many as one likes. Its value is a line for each. */
function HeaderRows({
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
          Add a row
        </Button>
      )}
      <span id={`${id}-notes`} className="flex flex-col gap-1 text-xs">
        {help ? <span className="text-ink-3">{help}</span> : null}
        {error ? <span className="font-medium text-failed">{error}</span> : null}
      </span>
    </fieldset>
  );
}

/** One seed of a source. */
export function SeedFields({
  number,
  fields,
  values,
  errors,
  path,
  isDisabled,
  onChange,
  onRemove,
}: {
  readonly number: number;
  readonly fields: readonly FormField[];
  readonly values: FormValues;
  readonly errors: Readonly<Record<string, string>> | undefined;
  /** Where the messages of this seed begin: `seeds.0`. */
  readonly path: string;
  readonly isDisabled: boolean;
  readonly onChange: (values: FormValues) => void;
  readonly onRemove: () => void;
}) {
  const own = errors?.[path];
  return (
    <section
      aria-label={`Seed ${number}`}
      className="flex flex-col gap-3 rounded border border-line-strong p-3"
    >
      <div className="flex items-center justify-between">
        <h3 className="text-xs font-semibold text-ink-2">Seed {number}</h3>
        {isDisabled ? null : (
          <IconButton size="sm" label={`Remove seed ${number}`} onPress={onRemove}>
            <Trash2 aria-hidden />
          </IconButton>
        )}
      </div>
      {own ? <p className="text-xs font-medium text-failed">{own}</p> : null}
      <FieldGroups fields={applying(fields, fields, values)}>
        {(field) => (
          <FormFieldInput
            field={field}
            value={values[field.path] ?? field.initial}
            error={errorFor(errors, `${path}.${field.path}`)}
            isDisabled={isDisabled}
            onChange={(value) => onChange({ ...values, [field.path]: value })}
          />
        )}
      </FieldGroups>
    </section>
  );
}
