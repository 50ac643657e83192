/** The changes there are, in the order in which the console offers them. A new one takes a line here. */
import { z } from 'zod';
import { isOnHold } from '#lib/queue/hold.ts';
import type { ChangeDefinition, Standing } from './change.ts';
import { hold } from './hold.ts';
import { moveToRun } from './move-to-run.ts';
import { recrawl } from './recrawl.ts';
import type { Refusal } from './refusal.ts';
import { retry } from './retry.ts';
import { setPriority } from './set-priority.ts';
import { setRefetch } from './set-refetch.ts';
import { skip } from './skip.ts';
import { unhold } from './unhold.ts';

const registered = [
  recrawl,
  retry,
  skip,
  hold,
  unhold,
  setPriority,
  moveToRun,
  setRefetch,
] as const;

type SchemasOf<T extends readonly { readonly schema: z.ZodObject }[]> = {
  [At in keyof T]: T[At]['schema'];
};

export const itemChangeSchema = z.discriminatedUnion(
  'action',
  // `map` keeps the members and their order; its type forgets both.
  registered.map(({ schema }) => schema) as unknown as SchemasOf<typeof registered>,
);
export type ItemChange = z.output<typeof itemChangeSchema>;
/** A definition asked with any change: it is given its own, found by `definitionOf`. */
export type AnyChange = ChangeDefinition<ItemChange>;

export const itemChanges: readonly AnyChange[] = registered;

const byAction = new Map(itemChanges.map((definition) => [definition.action, definition]));

export function definitionOf({ action }: ItemChange): AnyChange {
  const definition = byAction.get(action);
  if (!definition) throw new Error(`No change to items is called ${action}.`);
  return definition;
}

/** Why the change leaves an item in this state; null when it takes it. */
export const refusalOf = (change: ItemChange, item: Standing): Refusal | null =>
  refusalBy(definitionOf(change), change, item);

/** The same by a definition that need not be registered. */
export function refusalBy<C extends { readonly action: string }>(
  definition: ChangeDefinition<C>,
  change: C,
  item: Standing,
): Refusal | null {
  if (item.refetch === 'retired' && !definition.takesRetired) return 'retired';
  const own = definition.refuses?.(item, change) ?? null;
  if (own !== null) return own;
  const waits = item.status === 'pending' && item.wait_reason === 'backoff';
  if (waits && definition.takes.includes('backoff')) return null;
  const standing = isOnHold({ status: item.status, waitReason: item.wait_reason })
    ? 'on_hold'
    : item.status;
  return definition.takes.includes(standing) ? null : standing;
}

/** The imperative: "Recrawl", "Set priority to 5", "Retire". */
export function changeVerb(change: ItemChange): string {
  const { words, label } = definitionOf(change);
  return words.verb?.(change) ?? label;
}

/** What happened: "12 items were skipped". */
export const changeOutcome = (change: ItemChange, count: number): string =>
  definitionOf(change).words.outcome(count, change);
