'use client';
/** ForeignChanges: what somebody else saved while a form was open, beside what the form says now, field by field. */
import { Banner } from './banner.tsx';
import { Button } from './button.tsx';
import { withVisibleMarks } from './foreign-text.tsx';
import type { ForeignChange } from './merge-fields.ts';
import { Time } from './time.tsx';
import type { Contest } from './use-contested-form.ts';

/** Shows nothing for null. */
export function ForeignChanges({
  contest,
  what = 'saved this',
}: {
  readonly contest: Contest | null;
  /** After who did it: `saved revision 3`. */
  readonly what?: string;
}) {
  if (contest === null) return null;
  const { by, at, changes, chosen, choose, close } = contest;
  const disputed = changes.filter(({ isDisputed }) => isDisputed).length;
  return (
    <Banner
      kind="warn"
      isLive
      title={
        <>
          <bdi>{by ?? 'Somebody'}</bdi> {what}
          {at === null ? null : (
            <>
              {' '}
              <Time at={at} />
            </>
          )}{' '}
          while you were editing
        </>
      }
      action={
        <Button size="sm" onPress={close}>
          Close
        </Button>
      }
    >
      <p>
        {disputed === 0
          ? 'None of it touches what you typed; it was taken over. Nothing is saved until you save again.'
          : 'Where both of you changed a field, yours stays until you choose. Nothing is saved until you save again.'}
      </p>
      <ul className="mt-2 flex flex-col divide-y border-t" aria-label="Changes by somebody else">
        {changes.map((change) => (
          <Row
            key={change.path}
            change={change}
            isTheirs={!change.isDisputed || chosen.has(change.path)}
            onChoose={(side) => choose(change.path, side)}
          />
        ))}
      </ul>
    </Banner>
  );
}

function Row({
  change: { label, before, theirs, yours, isDisputed },
  isTheirs,
  onChoose,
}: {
  readonly change: ForeignChange;
  readonly isTheirs: boolean;
  readonly onChoose: (side: 'theirs' | 'yours') => void;
}) {
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-1 py-2">
      <span className="w-40 shrink-0 font-medium text-ink">{label}</span>
      <dl className="grid min-w-0 flex-1 grid-cols-[auto_1fr] gap-x-3">
        <Value name="before" text={before} />
        <Value name="theirs" text={theirs} />
        {isDisputed ? <Value name="yours" text={yours} /> : null}
      </dl>
      {isDisputed ? (
        <span className="flex gap-1.5">
          <Button
            size="sm"
            variant={isTheirs ? 'secondary' : 'primary'}
            aria-label={`Keep mine: ${label}`}
            aria-pressed={!isTheirs}
            onPress={() => onChoose('yours')}
          >
            Keep mine
          </Button>
          <Button
            size="sm"
            variant={isTheirs ? 'primary' : 'secondary'}
            aria-label={`Take theirs: ${label}`}
            aria-pressed={isTheirs}
            onPress={() => onChoose('theirs')}
          >
            Take theirs
          </Button>
        </span>
      ) : (
        <span className="text-ink-3">taken over</span>
      )}
    </li>
  );
}

function Value({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd dir="auto" className="mono min-w-0 whitespace-pre-wrap break-all">
        {text === '' ? '–' : withVisibleMarks(text)}
      </dd>
    </>
  );
}
