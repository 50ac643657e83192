'use client';
/** The buttons of the page Alerts: acknowledge an alert, tune a rule. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { useAction } from '#app/ui/use-action.ts';
import { acknowledgeAlertAction } from './actions.ts';
import type { ShownRule } from './rule-dialog.tsx';

const RuleDialog = lazy(() => import('./rule-dialog.tsx'));

export function AcknowledgeButton({
  alertId,
  title,
}: {
  readonly alertId: string;
  readonly title: string;
}) {
  const acknowledge = useAction(acknowledgeAlertAction, { done: () => `Acknowledged: ${title}` });
  return (
    <Button
      size="sm"
      isPending={acknowledge.isPending}
      onPress={() => acknowledge.run({ alertId })}
    >
      Acknowledge
      <span className="sr-only"> {title}</span>
    </Button>
  );
}

export function TuneButton({ rule }: { readonly rule: ShownRule }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" onPress={() => setOpen(true)}>
        Tune
        <span className="sr-only"> {rule.label}</span>
      </Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <RuleDialog rule={rule} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
