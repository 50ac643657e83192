'use client';
/** useSourceDraft: what the form of a source says, what of it was kept, and what somebody else saved meanwhile. */
import { useState } from 'react';
import { useDraft } from '#app/ui/draft.ts';
import type { ForeignChange } from '#app/ui/merge-fields.ts';
import type { SourceFormModel } from './form-model.ts';
import { type FieldValue, valuesOf } from './form-values.ts';
import type { SourceDraft, takeField } from './merge-drafts.ts';
import type { SourceFormStart } from './source-form.tsx';

/** As it is kept in the tab: with what it was typed over, to tell whose change is whose. */
interface Kept {
  readonly revision: number | null;
  readonly base: SourceDraft;
  readonly draft: SourceDraft;
  readonly hadSecrets: boolean;
}

interface Foreign {
  readonly changes: readonly ForeignChange[];
  readonly yours: SourceDraft;
  /** Disputed fields that are as the other saved them. */
  readonly chosen: ReadonlySet<string>;
  /** Comes with the code that merges. */
  readonly take: typeof takeField;
}

export type SourceDraftForm = ReturnType<typeof useSourceDraft>;

export function useSourceDraft({
  draftKey,
  model,
  start,
  revision,
}: {
  readonly draftKey: string;
  readonly model: SourceFormModel;
  readonly start: SourceFormStart;
  /** Null for a source that does not exist yet. */
  readonly revision: number | null;
}) {
  const [base] = useState<SourceDraft>(() => ({
    name: start.name,
    enabled: start.enabled,
    values: valuesOf(model.settings, start.settings),
    seeds: start.seeds.map((seed, key) => ({ key, values: valuesOf(model.seed, seed) })),
  }));
  const [draft, setDraft] = useState(base);
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [isDirty, setDirty] = useState(false);
  const [hadSecrets, setHadSecrets] = useState(false);
  const [foreign, setForeign] = useState<Foreign | null>(null);
  const hasSecrets = Object.values(secrets).some((secret) => secret !== '');
  const { hasComeBack, forget } = useDraft<Kept>({
    key: draftKey,
    value: { revision, base, draft, hadSecrets: hasSecrets || hadSecrets },
    isDirty,
    takeBack: (kept) => {
      setDirty(true);
      setHadSecrets(kept.hadSecrets);
      setDraft(kept.draft);
      if (kept.revision !== revision) void mergeWith(kept);
    },
  });
  async function mergeWith({ base: before, draft: yours }: Kept) {
    const { mergeDrafts, takeField: take } = await import('./merge-drafts.ts');
    const { merged, changes } = mergeDrafts(model, { base: before, theirs: base, yours });
    setDraft(merged);
    setForeign({ changes, yours, chosen: new Set(), take });
  }
  const change = (changes: Partial<SourceDraft>) => {
    setDirty(true);
    setDraft((before) => ({ ...before, ...changes }));
  };
  return {
    draft,
    change,
    setValue: (path: string, value: FieldValue) => {
      setDirty(true);
      setDraft((before) => ({ ...before, values: { ...before.values, [path]: value } }));
    },
    secrets,
    setSecrets: (changed: Readonly<Record<string, string>>) => {
      setDirty(true);
      setSecrets(changed);
    },
    isDirty,
    setDirty,
    hasComeBack,
    hadSecrets,
    forget,
    /** Back to what is saved. */
    discard: () => {
      forget();
      setForeign(null);
      setDraft(base);
      setSecrets({});
      setDirty(false);
    },
    foreign,
    choose: (path: string, side: 'theirs' | 'yours') => {
      if (foreign === null) return;
      const chosen = new Set(foreign.chosen);
      if (side === 'theirs') chosen.add(path);
      else chosen.delete(path);
      setForeign({ ...foreign, chosen });
      setDraft((before) =>
        foreign.take(model, path, before, side === 'theirs' ? base : foreign.yours),
      );
    },
    closeForeign: () => setForeign(null),
  };
}
