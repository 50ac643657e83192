'use client';
/**
 * Drafts: what was typed into a form and not saved, kept in this tab until it is saved or discarded. It comes back
 * after a reload, a session that ran out, a new version of the console or a slip on a link; who signs out discards it.
 * Secrets do not belong into a draft.
 */
import { useCallback, useEffect, useRef, useState } from 'react';

/** Also where the browser keeps nothing for us. */
const inMemory = new Map<string, string>();
const nameOf = (key: string) => `draft:${key}`;

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(nameOf(key)) ?? inMemory.get(key) ?? null;
  } catch {
    return inMemory.get(key) ?? null;
  }
}

function write(key: string, text: string): void {
  inMemory.set(key, text);
  try {
    sessionStorage.setItem(nameOf(key), text);
  } catch {
    // Full, or switched off: it lives as long as the page.
  }
}

function remove(key: string): void {
  inMemory.delete(key);
  try {
    sessionStorage.removeItem(nameOf(key));
  } catch {
    // As above.
  }
}

/** For a person who signs out: whoever signs in next in this tab finds nothing of theirs. */
export function discardDrafts(): void {
  inMemory.clear();
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(nameOf(''))) sessionStorage.removeItem(name);
    }
  } catch {
    // Switched off: nothing was kept there.
  }
}

interface Draft<T> {
  /** Names the form: `source:<id>`. */
  readonly key: string;
  readonly value: T;
  /** True once something was typed: only then it is kept. */
  readonly isDirty: boolean;
  /** Puts what was kept back into the form; called once, after the form is drawn. */
  readonly takeBack: (kept: T) => void;
}

/**
 * Keeps the draft of a form.
 * @returns whether the form shows a draft that came back, and what ends the keeping (call it after a save)
 */
export function useDraft<T>({ key, value, isDirty, takeBack }: Draft<T>) {
  const [hasComeBack, setComeBack] = useState(false);
  const taking = useRef(takeBack);
  taking.current = takeBack;
  useEffect(() => {
    const text = read(key);
    if (text === null) return;
    setComeBack(true);
    // Written by the effect below, from the same form.
    taking.current(JSON.parse(text) as T);
  }, [key]);
  const text = isDirty ? JSON.stringify(value) : null;
  useEffect(() => {
    if (text !== null) write(key, text);
  }, [key, text]);
  const forget = useCallback(() => {
    remove(key);
    setComeBack(false);
  }, [key]);
  return { hasComeBack, forget };
}
