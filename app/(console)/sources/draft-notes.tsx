'use client';
/** DraftNotes: that a draft came back, and what somebody else saved while it was typed, beside what it says now. */
import { Banner } from '#app/ui/banner.tsx';
import { Button } from '#app/ui/button.tsx';
import { ForeignChanges } from '#app/ui/foreign-changes.tsx';
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
          what={`saved revision ${revision}`}
          contest={{
            by: last?.by ?? null,
            at: last?.at ?? null,
            changes: form.foreign.changes,
            chosen: form.foreign.chosen,
            choose: form.choose,
            close: form.closeForeign,
          }}
        />
      ) : null}
    </>
  );
}
