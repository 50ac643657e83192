/** What is looked for, with the thresholds as they are set. */
import { MuteButton } from '#app/_shared/mute/mute-button.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { ActionsTh, TableRegion, Td, Th, Thead, Tr } from '#app/ui/table.tsx';
import { withUnit } from '#lib/alerts/rules/rule.ts';
import { TuneButton } from './alert-buttons.tsx';
import type { ShownRule } from './rule-dialog.tsx';

export function Rules({
  rules,
  mayChange,
}: {
  readonly rules: readonly ShownRule[];
  readonly mayChange: boolean;
}) {
  return (
    <TableRegion label="Rules">
      <Thead>
        <tr>
          <Th>Rule</Th>
          <Th>State</Th>
          <Th>Thresholds</Th>
          {mayChange ? <ActionsTh /> : null}
        </tr>
      </Thead>
      <tbody>
        {rules.map((rule) => (
          <Tr key={rule.rule}>
            <Td className="w-full min-w-64 whitespace-normal py-1.5">
              <span className="font-medium">{rule.label}</span>
              <p className="text-ink-2">{rule.help}</p>
            </Td>
            <Td>
              <StatusBadge status={rule.enabled ? 'enabled' : 'disabled'} />
            </Td>
            <Td className="py-1.5 text-ink-2">
              {Object.entries(rule.thresholds).map(([name, threshold]) => (
                <span key={name} className="flex justify-between gap-3">
                  {threshold.label}
                  <span className="num text-ink">
                    {withUnit(rule.values[name] ?? threshold.default, threshold.unit)}
                  </span>
                </span>
              ))}
            </Td>
            {mayChange ? (
              <Td align="right">
                <span className="inline-flex items-center gap-1">
                  <TuneButton rule={rule} />
                  <MuteButton
                    name={`the rule ${rule.label}`}
                    choices={[
                      {
                        label: `The rule ${rule.label}`,
                        target: { kind: 'rule', rule: rule.rule },
                      },
                    ]}
                  />
                </span>
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
