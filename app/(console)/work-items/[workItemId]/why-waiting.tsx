/** WhyWaiting: why the item is or is not running, the deciding reason first, and when that ends. */
import { Banner } from '#app/ui/banner.tsx';
import { Time } from '#app/ui/time.tsx';
import type { WaitingReason } from '#lib/items/waiting/waiting-reason.ts';
import type { WaitingAnswer } from '#lib/items/waiting/why-waiting.ts';
import type { WorkItemStatus } from '#lib/queue/model.ts';

const titles: Record<WorkItemStatus, string> = {
  pending: 'Why isn’t it running?',
  in_progress: 'It is being worked on',
  completed: 'It is done',
  failed: 'It failed',
  skipped: 'It was skipped',
};

export function WhyWaiting({
  status,
  answer,
}: {
  readonly status: WorkItemStatus;
  readonly answer: WaitingAnswer;
}) {
  const [first, ...others] = answer.reasons;
  return (
    <Banner kind={kindOf(status, first)} title={titles[status]}>
      <Reason reason={first} />
      {others.length > 0 ? (
        <ul className="mt-1 list-disc pl-4">
          {others.map((reason) => (
            <li key={reason.code}>
              <Reason reason={reason} />
            </li>
          ))}
        </ul>
      ) : null}
      {answer.readyAt && others.length > 0 ? (
        <p className="mt-1">
          It can run <Time at={answer.readyAt} />.
        </p>
      ) : null}
    </Banner>
  );
}

function Reason({ reason }: { readonly reason: WaitingReason }) {
  return (
    <p>
      {reason.sentence}{' '}
      {reason.until ? (
        <span className="text-ink-3">
          Until <Time at={reason.until} />.
        </span>
      ) : null}{' '}
      {reason.change ? <span className="text-ink-3">{reason.change}</span> : null}
    </p>
  );
}

/** Reasons that need nobody's attention. */
const calm: ReadonlySet<WaitingReason['code']> = new Set([
  'completed',
  'skipped',
  'running',
  'queued',
  'polite_slot',
]);

function kindOf(status: WorkItemStatus, first: WaitingReason) {
  if (status === 'failed') return 'failed';
  return calm.has(first.code) ? 'info' : 'warn';
}
