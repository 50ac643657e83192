'use client';
/** What of a role a person does not have: permissions left out, and all sources or some. */
import { useId } from 'react';
import { CheckboxField, SwitchField } from '#app/ui/field.tsx';
import { can, type Limits, permissionSentences, permissions, type Role } from '#lib/actor/model.ts';

const none: Limits = { without: [], sources: null };

export function LimitsField({
  role,
  sources,
  limits,
  onChange,
  error,
}: {
  readonly role: Role;
  /** The names of all that there are. */
  readonly sources: readonly string[];
  readonly limits: Limits | null;
  readonly onChange: (limits: Limits | null) => void;
  readonly error?: string | undefined;
}) {
  const errorId = useId();
  const { without, sources: chosen } = limits ?? none;
  const set = (part: Partial<Limits>) => onChange({ ...none, ...limits, ...part });
  return (
    <>
      <SwitchField
        label="Limit what the role allows"
        help="Leave single permissions out, or show the person some sources alone."
        isSelected={limits !== null}
        onChange={(isOn) => onChange(isOn ? none : null)}
      />
      {limits === null ? null : (
        <div
          className="flex flex-col gap-3 border-l-2 pl-3"
          aria-describedby={error ? errorId : undefined}
        >
          <fieldset className="flex flex-col gap-1.5">
            <legend className="mb-1 text-xs font-medium text-ink">The person may</legend>
            {permissions
              .filter((one) => one !== 'console:view' && can(role, one))
              .map((one) => (
                <CheckboxField
                  key={one}
                  label={permissionSentences[one]}
                  isSelected={!without.includes(one)}
                  onChange={(isOn) =>
                    set({
                      without: isOn ? without.filter((other) => other !== one) : [...without, one],
                    })
                  }
                />
              ))}
          </fieldset>
          <fieldset className="flex flex-col gap-1.5">
            <legend className="mb-1 text-xs font-medium text-ink">Of these sources</legend>
            <CheckboxField
              label="all, those to come included"
              isSelected={chosen === null}
              onChange={(isAll) => set({ sources: isAll ? null : [] })}
            />
            {chosen === null
              ? null
              : [...new Set([...sources, ...chosen])].map((name) => (
                  <CheckboxField
                    key={name}
                    label={name}
                    isSelected={chosen.includes(name)}
                    onChange={(isOn) =>
                      set({
                        sources: isOn
                          ? [...chosen, name]
                          : chosen.filter((other) => other !== name),
                      })
                    }
                  />
                ))}
            {chosen === null ? null : (
              <p className="text-xs text-ink-2">
                Nothing of other sources is shown to the person, in no list and no number; and what
                belongs to no source, such as workers, storage and the audit log, is not either.
              </p>
            )}
          </fieldset>
          {error ? (
            <span id={errorId} className="text-xs font-medium text-failed">
              {error}
            </span>
          ) : null}
        </div>
      )}
    </>
  );
}
