'use client';
/** SmokeCheck: runs the four checks of the smoke test and shows what each did. */
import { Activity } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#app/ui/button.tsx';
import { formatDuration } from '#app/ui/num.tsx';
import { Section } from '#app/ui/page-header.tsx';
import { StatusBadge } from '#app/ui/status-badge.tsx';
import { useAction } from '#app/ui/use-action.ts';
import type { SmokeResult } from '#lib/smoke/run-checks.ts';
import { smokeCheckAction } from './actions.ts';

const stateOfCheck = { passed: 'passed', failed: 'failed', skipped: 'not_run' } as const;

export function SmokeCheck() {
  const [results, setResults] = useState<readonly SmokeResult[] | null>(null);
  const check = useAction(smokeCheckAction, { onDone: setResults, refreshes: false });
  return (
    <Section
      title="Smoke check"
      isFlush
      aside={
        <Button
          size="sm"
          icon={<Activity aria-hidden />}
          isPending={check.isPending}
          onPress={() => check.run(null)}
        >
          Check the database
        </Button>
      }
    >
      <div aria-live="polite">
        {results === null ? (
          <p className="px-3 py-3 text-sm text-ink-2">
            Four checks, the same as pnpm db:smoke: connection, schema, a work item written, claimed
            and completed, and deduplication. They write in transactions that are rolled back, and
            leave no trace.
          </p>
        ) : (
          <ol>
            {results.map((result) => (
              <CheckRow key={result.name} result={result} />
            ))}
          </ol>
        )}
      </div>
    </Section>
  );
}

function CheckRow({ result }: { readonly result: SmokeResult }) {
  const { name, outcome, steps, durationMs, error } = result;
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b px-3 py-2 last:border-b-0">
      <span className="w-24 shrink-0">
        <StatusBadge status={stateOfCheck[outcome]} />
      </span>
      <span className="shrink-0 font-medium sm:w-44">{name}</span>
      <span className="order-last min-w-0 flex-1 basis-full text-xs text-ink-2 sm:order-none sm:basis-60">
        {error ? (
          <>
            <span className="text-failed">{error.message}</span> {error.remedy}{' '}
            <code>{error.code}</code>
          </>
        ) : (
          steps.map((step) => step.replace(/: .*/, '')).join(' · ')
        )}
      </span>
      <span className="num ml-auto text-xs text-ink-3">
        {outcome === 'skipped' ? '' : formatDuration(durationMs)}
      </span>
    </li>
  );
}
