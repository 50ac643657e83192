'use client';
/** Live on or off, and the health dot: what the console knows about the database right now. */
import { Pause, Radio } from 'lucide-react';
import { cx } from '#app/ui/cx.ts';
import { Link } from '#app/ui/link.tsx';
import { useLive } from '#app/ui/live.tsx';
import { formatDuration } from '#app/ui/num.tsx';
import { Tooltip } from '#app/ui/tooltip.tsx';

/** `48 s`, `12 min`, `1 h 05 min`: what a glance takes in. */
function ageInWords(seconds: number): string {
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return formatDuration(seconds * 1_000);
}

export function LiveSwitch() {
  const { isOn, setOn, isPaused, state, freshness, ageSeconds } = useLive();
  const age = ageInWords(ageSeconds ?? 0);
  const word = !isOn
    ? 'Off'
    : freshness === 'lost'
      ? 'Lost'
      : isPaused
        ? 'Paused'
        : freshness === 'stale'
          ? `${age} old`
          : 'Live';
  const isFresh = isOn && freshness === 'live';
  // As it is read: with the word that is seen (WCAG 2.5.3), and how fresh the page is where that says something else.
  const said = word.toLowerCase();
  const name = isFresh || !isOn || said === freshness ? said : `${freshness}, ${said}`;
  const explanation = !isOn
    ? 'Pages do not refresh on their own. Press to turn live refresh on.'
    : !isFresh
      ? `No answer from the console for ${age}: this page shows what was true then. It asks again by itself.`
      : isPaused
        ? 'Paused while rows are selected or a form is being filled in.'
        : state?.moving
          ? 'Refreshes every 2 s while something is moving. Press to turn it off.'
          : 'Nothing is moving; checks every 15 s. Press to turn it off.';
  return (
    <Tooltip text={explanation}>
      <button
        type="button"
        aria-label={`Live refresh: ${name}`}
        aria-pressed={isOn}
        onClick={() => setOn(!isOn)}
        className={cx(
          'inline-flex h-7 items-center gap-1.5 rounded border px-2 text-xs font-medium',
          'border-line-strong',
          isOn && freshness === 'lost'
            ? 'bg-failed-soft text-failed'
            : isOn && freshness === 'stale'
              ? 'bg-warn-soft text-warn'
              : isOn && !isPaused
                ? 'text-ink'
                : 'text-ink-3',
        )}
      >
        {isOn && (!isPaused || !isFresh) ? (
          <Radio
            aria-hidden
            className={cx(
              'size-3.5',
              isFresh && 'text-done',
              isFresh && state?.moving && 'breathing',
            )}
          />
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
  const { state, freshness, ageSeconds } = useLive();
  const isCutOff = freshness === 'lost';
  const health = state?.health ?? { ...initial, latencyMs: null, workers: null };
  const isWell = health.ok && !isCutOff;
  const workers =
    health.workers === null
      ? ''
      : ` · ${health.workers} ${health.workers === 1 ? 'worker' : 'workers'}`;
  const words = isCutOff
    ? `The console does not answer${ageSeconds === null ? '' : `, for ${ageInWords(ageSeconds)}`}`
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
