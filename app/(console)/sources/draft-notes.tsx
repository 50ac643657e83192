'use client';
/** DraftNotes: that a draft came back, and what somebody else saved while it was typed, beside what it says now. */
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { Time } from '#app/ui/time.tsx';
import type { ForeignChange } from './merge-drafts.ts';
import type { SourceDraftForm } from './use-source-draft.ts';

export interface LastChange {
  readonly by: string | null;
  readonly at: string;
}

export default function DraftNotes({
  form,
  revision,
  last,
}: {
  readonly form: SourceDraftForm;
  /** The one that is saved. */
  readonly revision: number;
  readonly last: LastChange | null;
}) {
  return (
    <>
      {form.hasComeBack ? (
        <Banner
          title="What you typed here was not saved, and has come back"
          isLive
          action={
            <Button size="sm" onPress={form.discard}>
              Discard it
            </Button>
          }
        >
          {form.hadSecrets ? 'Secrets are kept nowhere: enter them again.' : null}
        </Banner>
      ) : null}
      {form.foreign ? (
        <ForeignChanges
          revision={revision}
          last={last}
          changes={form.foreign.changes}
          chosen={form.foreign.chosen}
          onChoose={form.choose}
          onClose={form.closeForeign}
        />
      ) : null}
    </>
  );
}

function ForeignChanges({
  revision,
  last,
  changes,
  chosen,
  onChoose,
  onClose,
}: {
  readonly revision: number;
  readonly last: LastChange | null;
  readonly changes: readonly ForeignChange[];
  /** Paths of disputed fields that were taken from the other. */
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (path: string, side: 'theirs' | 'yours') => void;
  readonly onClose: () => void;
}) {
  const disputed = changes.filter(({ isDisputed }) => isDisputed).length;
  return (
    <Banner
      kind="warn"
      isLive
      title={
        <>
          {last?.by ?? 'Somebody'} saved revision {revision}
          {last ? (
            <>
              {' '}
              <Time at={last.at} />
            </>
          ) : null}{' '}
          while you were editing
        </>
      }
      action={
        <Button size="sm" onPress={onClose}>
          Close
        </Button>
      }
    >
      <p>
        {disputed === 0
          ? 'None of it touches what you typed; it was taken over. Saving makes the next revision.'
          : 'Where both of you changed a field, yours stays until you choose. Saving makes the next revision.'}
      </p>
      <ul className="mt-2 flex flex-col divide-y border-t" aria-label="Changes by somebody else">
        {changes.map((change) => (
          <Row
            key={change.path}
            change={change}
            isTheirs={!change.isDisputed || chosen.has(change.path)}
            onChoose={(side) => onChoose(change.path, side)}
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
            onPress={() => onChoose('yours')}
          >
            Keep mine
          </Button>
          <Button
            size="sm"
            variant={isTheirs ? 'primary' : 'secondary'}
            aria-label={`Take theirs: ${label}`}
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
      <dd className="mono min-w-0 whitespace-pre-wrap break-all">{text === '' ? '–' : text}</dd>
    </>
  );
}
