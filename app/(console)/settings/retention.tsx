/** Retention: what is kept how long. */
import { KeyValue } from '#app/ui/key-value.tsx';
import { countOf, formatCount } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import type { Retention } from '#lib/retention/model.ts';
import { mostEvents } from '#lib/retention/most-events.ts';
import { RetentionButton } from './retention-button.tsx';

export function RetentionSection({
  retention,
  mayChange,
}: {
  readonly retention: Retention;
  readonly mayChange: boolean;
}) {
  const { eventDays, attemptDays } = retention;
  return (
    <Section title="Retention" aside={mayChange ? <RetentionButton retention={retention} /> : null}>
      <KeyValue
        entries={[
          {
            label: 'Run log',
            value: `${countOf(eventDays, 'day')}, ${formatCount(mostEvents)} events at most`,
          },
          {
            label: 'Attempts',
            value: attemptDays === null ? 'kept for ever' : countOf(attemptDays, 'day'),
          },
          { label: 'Outcomes of background actions', value: '30 days; their totals stay' },
          { label: 'Records, runs, audit log', value: 'kept for ever' },
        ]}
      />
    </Section>
  );
}
