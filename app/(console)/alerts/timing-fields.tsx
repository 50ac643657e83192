'use client';
/** When a channel is told: at once, together, and not in quiet hours. */
import { CheckboxField, Field, inputStyle, SwitchField, TextField } from '#app/ui/field.tsx';
import { QuantityField } from '#app/ui/quantity-field.tsx';
import { SelectField } from '#app/ui/select-field.tsx';
import type { ChannelTiming } from '#lib/notices/timing.ts';
import { dayWords } from './channel-words.ts';

/** From Monday on. */
const week = [1, 2, 3, 4, 5, 6, 0] as const;

export function TimingFields({
  value,
  onChange,
  fields,
}: {
  readonly value: ChannelTiming;
  readonly onChange: (value: ChannelTiming) => void;
  /** What is wrong, by the path of the field. */
  readonly fields: Readonly<Record<string, string>>;
}) {
  const { digest, quiet, timeZone, breaksThrough } = value;
  const kind = digest === null ? 'once' : 'at' in digest ? 'daily' : 'every';
  const hasClock = quiet !== null || kind === 'daily';
  return (
    <>
      <SelectField
        label="Told"
        value={kind}
        options={[
          { value: 'once', label: 'At once, each by itself' },
          { value: 'every', label: 'Together, every so many minutes' },
          { value: 'daily', label: 'Together, once a day' },
        ]}
        onChange={(next) =>
          onChange({
            ...value,
            digest:
              next === 'every' ? { everyMinutes: 30 } : next === 'daily' ? { at: '08:00' } : null,
          })
        }
      />
      {digest !== null && 'everyMinutes' in digest ? (
        <QuantityField
          stored="minutes"
          label="Collected for"
          minValue={1}
          value={digest.everyMinutes}
          onChange={(everyMinutes) => onChange({ ...value, digest: { everyMinutes } })}
          error={fields['timing.digest.everyMinutes'] ?? fields['timing.digest']}
        />
      ) : null}
      {digest !== null && 'at' in digest ? (
        <Clock
          label="Time of day"
          value={digest.at}
          onChange={(at) => onChange({ ...value, digest: { at } })}
          error={fields['timing.digest.at'] ?? fields['timing.digest']}
        />
      ) : null}
      <SwitchField
        label="Quiet hours"
        help="What happens then is told together when they end."
        isSelected={quiet !== null}
        onChange={(isOn) =>
          onChange({
            ...value,
            quiet: isOn ? { from: '22:00', to: '07:00', days: [...week] } : null,
          })
        }
      />
      {quiet === null ? null : (
        <>
          <div className="grid grid-cols-2 gap-3">
            <Clock
              label="From"
              value={quiet.from}
              onChange={(from) => onChange({ ...value, quiet: { ...quiet, from } })}
              error={fields['timing.quiet.from']}
            />
            <Clock
              label="To"
              value={quiet.to}
              onChange={(to) => onChange({ ...value, quiet: { ...quiet, to } })}
              error={fields['timing.quiet.to']}
            />
          </div>
          <fieldset className="flex flex-col gap-1.5">
            <legend className="text-sm font-medium">Days on which they begin</legend>
            <div className="flex flex-wrap gap-x-4 gap-y-1">
              {week.map((day) => (
                <CheckboxField
                  key={day}
                  label={dayWords[day]}
                  isSelected={quiet.days.includes(day)}
                  onChange={(isOn) =>
                    onChange({
                      ...value,
                      quiet: {
                        ...quiet,
                        days: isOn
                          ? [...quiet.days, day]
                          : quiet.days.filter((other) => other !== day),
                      },
                    })
                  }
                />
              ))}
            </div>
            <p className="text-xs text-failed">
              {fields['timing.quiet.days'] ?? fields['timing.quiet']}
            </p>
          </fieldset>
        </>
      )}
      {hasClock ? (
        <TextField
          label="Time zone"
          value={timeZone}
          onChange={(next) => onChange({ ...value, timeZone: next })}
          error={fields['timing.timeZone']}
        />
      ) : null}
      {quiet === null && digest === null ? null : (
        <SelectField
          label="Told at once whatever the hour"
          value={breaksThrough ?? 'none'}
          options={[
            {
              value: 'critical',
              label: 'Critical alerts',
              description: 'No worker is alive, or the disk is nearly full',
            },
            { value: 'warning', label: 'All alerts that open, and failed runs' },
            { value: 'none', label: 'Nothing' },
          ]}
          onChange={(next) =>
            onChange({
              ...value,
              breaksThrough: next === 'critical' || next === 'warning' ? next : null,
            })
          }
        />
      )}
    </>
  );
}

function Clock({
  label,
  value,
  onChange,
  error,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}) {
  return (
    <Field label={label} error={error}>
      {(tied) => (
        <input
          {...tied}
          type="time"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={inputStyle}
        />
      )}
    </Field>
  );
}
