'use client';
/** SpeedField: how many items a background action may change in a second. */
import { NumberField } from '#app/ui/field.tsx';
import type { PublicError } from '#lib/errors/app-error.ts';

export function SpeedField({
  value,
  onChange,
  error,
  hint = '',
}: {
  /** NaN = as fast as it goes. */
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly error: PublicError | null;
  /** What else there is to know. */
  readonly hint?: string;
}) {
  return (
    <NumberField
      label="Items a second at most"
      help={`Empty = as fast as it goes. ${hint}`.trim()}
      minValue={1}
      maxValue={10_000}
      value={value}
      onChange={onChange}
      error={error?.fields?.['itemsPerSecond']}
    />
  );
}
