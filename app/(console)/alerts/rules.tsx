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
          <Th className="max-sm:hidden">State</Th>
          <Th className="max-sm:hidden">Thresholds</Th>
          {mayChange ? <ActionsTh className="max-sm:hidden" /> : null}
        </tr>
      </Thead>
      <tbody>
        {rules.map((rule) => (
          <Tr key={rule.rule}>
            <Td className="w-full whitespace-normal py-1.5 sm:min-w-64">
              <span className="font-medium">{rule.label}</span>
              <p className="text-ink-2">{rule.help}</p>
              <div className="flex flex-col items-start gap-1.5 py-1 sm:hidden">
                <StatusBadge status={rule.enabled ? 'enabled' : 'disabled'} />
                <Thresholds rule={rule} />
                {mayChange ? <RuleButtons rule={rule} /> : null}
              </div>
            </Td>
            <Td className="max-sm:hidden">
              <StatusBadge status={rule.enabled ? 'enabled' : 'disabled'} />
            </Td>
            <Td className="py-1.5 max-sm:hidden">
              <Thresholds rule={rule} />
            </Td>
            {mayChange ? (
              <Td align="right" className="max-sm:hidden">
                <RuleButtons rule={rule} />
              </Td>
            ) : null}
          </Tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function Thresholds({ rule }: { readonly rule: ShownRule }) {
  return Object.entries(rule.thresholds).map(([name, threshold]) => (
    <span key={name} className="flex w-full justify-between gap-4 whitespace-nowrap text-ink-2">
      {threshold.label}
      <span className="num text-ink">
        {withUnit(rule.values[name] ?? threshold.default, threshold.unit)}
      </span>
    </span>
  ));
}

function RuleButtons({ rule }: { readonly rule: ShownRule }) {
  const { rule: name, label } = rule;
  return (
    <span className="inline-flex items-center gap-1">
      <TuneButton rule={rule} />
      <MuteButton
        name={`the rule ${label}`}
        choices={[{ label: `The rule ${label}`, target: { kind: 'rule', rule: name } }]}
      />
    </span>
  );
}
