'use client';
/** Live on or off, and the health dot: what the console knows about the database right now. */
import { Pause, Radio } from 'lucide-react';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { useLive } from '#app/ui/live.tsx';
import { Tooltip } from '#app/ui/tooltip.tsx';

export function LiveSwitch() {
  const { isOn, setOn, isHeld, state } = useLive();
  const word = !isOn ? 'Off' : isHeld ? 'Paused' : 'Live';
  const explanation = !isOn
    ? 'The pages do not refresh themselves. Press to follow again.'
    : isHeld
      ? 'Paused while rows are selected or a form is filled in.'
      : state?.moving
        ? 'Refreshes every 2 s while something moves. Press to pause.'
        : 'Nothing moves; looks every 15 s. Press to pause.';
  return (
    <Tooltip text={explanation}>
      <button
        type="button"
        aria-label={`Live refresh: ${word.toLowerCase()}`}
        aria-pressed={isOn}
        onClick={() => setOn(!isOn)}
        className={cx(
          'inline-flex h-7 items-center gap-1.5 rounded border px-2 text-xs font-medium',
          isOn && !isHeld ? 'border-line-strong text-ink' : 'border-line-strong text-ink-3',
        )}
      >
        {isOn && !isHeld ? (
          <Radio aria-hidden className={cx('size-3.5 text-done', state?.moving && 'breathing')} />
        ) : (
          <Pause aria-hidden className="size-3.5" />
        )}
        {word}
      </button>
    </Tooltip>
  );
}

export function HealthDot({
  database,
  initial,
}: {
  /** Engine and database name, without secrets. */
  readonly database: string;
  readonly initial: { readonly ok: boolean; readonly message: string | null };
}) {
  const { state, isCutOff } = useLive();
  const health = state?.health ?? { ...initial, latencyMs: null, workers: null };
  const isWell = health.ok && !isCutOff;
  const workers =
    health.workers === null
      ? ''
      : ` · ${health.workers} ${health.workers === 1 ? 'worker' : 'workers'}`;
  const words = isCutOff
    ? 'The console does not answer'
    : health.ok
      ? `Healthy${health.latencyMs === null ? '' : ` · ${health.latencyMs} ms`}${workers}`
      : (health.message ?? 'Not healthy');
  return (
    <Link
      href="/settings"
      title={`${database}\n${words}`}
      className="flex min-w-0 items-center gap-2 rounded px-1.5 py-1 text-xs text-ink-2 hover:bg-hover"
    >
      <span
        aria-hidden
        className={cx(
          'size-2 shrink-0 rounded-full',
          isWell ? 'bg-done-fill' : 'bg-failed-fill ring-3 ring-failed-soft',
        )}
      />
      <span className="truncate">{database}</span>
      <span className={cx(isWell ? 'sr-only' : 'truncate font-medium text-failed')}>{words}</span>
    </Link>
  );
}
