/**
 * StatusBadge: the status of a work item, run, attempt or worker as an icon and a word, never colour
 * alone. Badge: the same shape for any other short fact.
 */
import {
  Ban,
  BellOff,
  Check,
  CheckCheck,
  CircleDashed,
  CircleSlash,
  Clock,
  CornerDownRight,
  LoaderCircle,
  type LucideIcon,
  Minus,
  Pause,
  RotateCcw,
  ShieldAlert,
  Skull,
  Undo2,
  X,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export type Tone = 'neutral' | 'progress' | 'done' | 'failed' | 'warn' | 'skipped';

const tones: Record<Tone, string> = {
  neutral: 'bg-pending-soft text-pending',
  progress: 'bg-progress-soft text-progress',
  done: 'bg-done-soft text-done',
  failed: 'bg-failed-soft text-failed',
  warn: 'bg-warn-soft text-warn',
  skipped: 'bg-skipped-soft text-skipped',
};

export interface Look {
  readonly word: string;
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

/**
 * The one registry of states: a state has one word and one tone wherever it stands, and a word one tone. A column of the
 * database that has states lists them in `app/_shared/states.test.ts`.
 */
export const looks: Readonly<Record<string, Look>> = {
  // work items
  pending: { word: 'Pending', tone: 'neutral', icon: CircleDashed },
  in_progress: { word: 'In progress', tone: 'progress', icon: LoaderCircle },
  completed: { word: 'Completed', tone: 'done', icon: Check },
  failed: { word: 'Failed', tone: 'failed', icon: X },
  skipped: { word: 'Skipped', tone: 'skipped', icon: Minus },
  // waiting
  backoff: { word: 'Backing off', tone: 'warn', icon: Clock },
  scheduled: { word: 'Scheduled', tone: 'neutral', icon: Clock },
  on_hold: { word: 'On hold', tone: 'warn', icon: Pause },
  paused: { word: 'Paused', tone: 'warn', icon: Pause },
  disabled: { word: 'Disabled', tone: 'skipped', icon: CircleSlash },
  enabled: { word: 'Enabled', tone: 'done', icon: Check },
  // runs
  preparing: { word: 'Preparing', tone: 'progress', icon: LoaderCircle },
  running: { word: 'Running', tone: 'progress', icon: LoaderCircle },
  cancelled: { word: 'Cancelled', tone: 'skipped', icon: Ban },
  stopped: { word: 'Stopped', tone: 'skipped', icon: CircleSlash },
  // attempts
  unchanged: { word: 'Unchanged', tone: 'done', icon: CheckCheck },
  retry: { word: 'Will retry', tone: 'warn', icon: RotateCcw },
  released: { word: 'Released', tone: 'skipped', icon: Undo2 },
  expired: { word: 'Lease expired', tone: 'warn', icon: Clock },
  // workers and hosts
  alive: { word: 'Alive', tone: 'done', icon: Check },
  draining: { word: 'Draining', tone: 'warn', icon: Pause },
  lost: { word: 'Lost', tone: 'failed', icon: Skull },
  blocked: { word: 'Blocked', tone: 'warn', icon: Clock },
  open: { word: 'Open', tone: 'done', icon: Check },
  // people
  active: { word: 'Active', tone: 'done', icon: Check },
  deactivated: { word: 'Deactivated', tone: 'skipped', icon: CircleSlash },
  // versions of records, and what was decided of them
  held: { word: 'Held', tone: 'warn', icon: ShieldAlert },
  accepted: { word: 'Accepted', tone: 'done', icon: Check },
  discarded: { word: 'Discarded', tone: 'skipped', icon: Minus },
  // notices, channels and what is muted
  deferred: { word: 'Deferred', tone: 'skipped', icon: Clock },
  waiting: { word: 'Waiting', tone: 'neutral', icon: CircleDashed },
  delivered: { word: 'Delivered', tone: 'done', icon: Check },
  given_up: { word: 'Given up', tone: 'failed', icon: X },
  muted: { word: 'Muted', tone: 'skipped', icon: BellOff },
  off: { word: 'Off', tone: 'skipped', icon: CircleSlash },
  // checks and tests
  passed: { word: 'Passed', tone: 'done', icon: Check },
  not_run: { word: 'Not run', tone: 'skipped', icon: Minus },
  healthy: { word: 'Healthy', tone: 'done', icon: Check },
  unhealthy: { word: 'Not healthy', tone: 'failed', icon: X },
  fetched: { word: 'Fetched', tone: 'done', icon: Check },
  alias: { word: 'Alias', tone: 'done', icon: CornerDownRight },
};

/** Every status that has a look of its own. */
export const shownStatuses: readonly string[] = Object.keys(looks);

/** `status` is one of the words of `looks`; an unknown one is shown as it is. */
export function StatusBadge({
  status,
  word,
  className,
}: {
  readonly status: string;
  /** The usual word and what is to be added: "Completed, time used up". */
  readonly word?: string;
  readonly className?: string;
}) {
  const look = looks[status] ?? { word: status, tone: 'neutral' as const, icon: CircleDashed };
  const Icon = look.icon;
  return (
    <Badge
      tone={look.tone}
      {...(className ? { className } : {})}
      icon={
        <Icon
          aria-hidden
          className={look.icon === LoaderCircle ? 'animate-[spin_2.4s_linear_infinite]' : undefined}
        />
      }
    >
      {word ?? look.word}
    </Badge>
  );
}

export function Badge({
  tone = 'neutral',
  icon,
  className,
  children,
}: {
  readonly tone?: Tone;
  readonly icon?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-sm px-1.5 text-xs font-medium [&_svg]:size-3 [&_svg]:shrink-0',
        tones[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  );
}
