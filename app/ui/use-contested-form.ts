'use client';
/**
 * useContestedForm: the values of a form of something that others may save meanwhile. What is sent with them says how it
 * was when the form was opened; where the answer is a conflict, what the other changed is taken over or disputed, field
 * by field, and the next save is against what is stored now.
 */
import { useRef, useState } from 'react';
import type { PublicError } from '#lib/errors/app-error.ts';
import { type Conflict, withChanges } from '#lib/errors/conflict.ts';
import { type ForeignChange, type MergeField, mergeFields, takeField } from './merge-fields.ts';

export interface Contest extends Pick<Conflict, 'by' | 'at'> {
  readonly changes: readonly ForeignChange[];
  /** Paths of disputed fields that are as the other saved them. */
  readonly chosen: ReadonlySet<string>;
  readonly choose: (path: string, side: 'theirs' | 'yours') => void;
  readonly close: () => void;
}

interface Meanwhile<V> extends Omit<Contest, 'choose' | 'close'> {
  readonly theirs: V;
  readonly yours: V;
}

export function useContestedForm<S extends object, V extends object>({
  saved,
  valuesOf,
  fields,
}: {
  /** The fields that can be changed, as they are stored, in the names of the server. */
  readonly saved: S;
  /** What the form shows of them. */
  readonly valuesOf: (saved: S) => V;
  readonly fields: readonly MergeField<V>[];
}) {
  const [seen, setSeen] = useState(saved);
  const [values, setValues] = useState(() => valuesOf(saved));
  const [meanwhile, setMeanwhile] = useState<Meanwhile<V> | null>(null);
  // What is typed while a save is under way counts as well.
  const latest = useRef(values);
  latest.current = values;
  const contest: Contest | null = meanwhile && {
    by: meanwhile.by,
    at: meanwhile.at,
    changes: meanwhile.changes,
    chosen: meanwhile.chosen,
    choose: (path, side) => {
      const chosen = new Set(meanwhile.chosen);
      if (side === 'theirs') chosen.add(path);
      else chosen.delete(path);
      setMeanwhile({ ...meanwhile, chosen });
      setValues((before) =>
        takeField(fields, path, before, side === 'theirs' ? meanwhile.theirs : meanwhile.yours),
      );
    },
    close: () => setMeanwhile(null),
  };
  return {
    values,
    change: (part: Partial<V>) => setValues((before) => ({ ...before, ...part })),
    /** Goes along with what is saved. */
    seen: { ...seen },
    contest,
    /** For `useAction`. */
    onFailed: ({ conflict }: PublicError) => {
      if (!conflict) return;
      const stored = withChanges(seen, conflict.changes);
      const [base, theirs, yours] = [valuesOf(seen), valuesOf(stored), latest.current];
      const { merged, changes } = mergeFields(fields, { base, theirs, yours });
      setSeen(stored);
      setValues(merged);
      setMeanwhile({ by: conflict.by, at: conflict.at, changes, theirs, yours, chosen: new Set() });
    },
    /** The error as the form shows it: a conflict is shown by its changes. */
    shown: (error: PublicError | null) => (error?.conflict ? null : error),
  };
}
