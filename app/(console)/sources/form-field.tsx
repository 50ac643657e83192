'use client';
/** FormFieldInput: one field of a derived form. FieldGroups: all of them, under their headings. */
import {
  DurationField,
  NumberField,
  SelectField,
  SwitchField,
  TextField,
  type TextFieldProps,
} from '#app/ui/field.tsx';
import { formatCount } from '#app/ui/num.tsx';
import type { FieldValue, FormField } from './form-values.ts';
import { HeaderRows } from './header-rows.tsx';

const notGiven = ' ';

interface Props {
  readonly field: FormField;
  readonly value: FieldValue;
  readonly error: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (value: FieldValue) => void;
}

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
              ? [{ value: notGiven, label: 'Not given' }]
              : []),
            ...field.options.map((option) => ({ value: option, label: option })),
          ]}
        />
      );
    case 'headers':
      return <HeaderRows {...common} value={text} onChange={onChange} />;
    case 'seconds':
      return (
        <DurationField
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

/** A long list tells how long it is. */
function linesHelp(help: string, text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  return lines > 1 ? `${help} ${formatCount(lines)} lines.`.trim() : help;
}

function textProps({ widget }: FormField): Pick<TextFieldProps, 'rows' | 'mono' | 'type'> {
  switch (widget) {
    case 'lines':
      return { rows: 4, mono: true };
    case 'url':
      // Not the browser's url type: its own complaint would hide the exact one beside the field.
      return { mono: true };
    default:
      return {};
  }
}

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

const isWide = ({ widget }: FormField) =>
  widget === 'url' || widget === 'lines' || widget === 'headers';
