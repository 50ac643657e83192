/** A bulk action: one change to all items of a frozen scope, carried out by the workers in chunks. */
import { z } from 'zod';
import type { Instant } from '#db/schema.ts';
import type { CountResult } from '#lib/paging/capped-count.ts';
import type { Refusal } from '../changes/refusal.ts';
import {
  changeOutcome,
  changeVerb,
  type ItemChange,
  itemChangeSchema,
} from '../changes/registry.ts';
import { items } from '../words.ts';
import type { FrozenScope } from './scope.ts';

export const bulkActionStatuses = ['running', 'completed', 'aborted', 'failed'] as const;
export type BulkActionStatus = (typeof bulkActionStatuses)[number];

/** Fastest throttle a person may set, items a second; without one it goes as fast as it can. */
const mostItemsPerSecond = 10_000;
const throttleMessage = `must be a whole number from 1 to ${mostItemsPerSecond.toLocaleString('en-US')}`;

export const throttleSchema = z
  .number(throttleMessage)
  .int(throttleMessage)
  .min(1, throttleMessage)
  .max(mostItemsPerSecond, throttleMessage);

/** Most items that may be named one by one. */
const mostIds = 1000;

export const bulkScopeSchema = z.union([
  /** The parameters of the list's address; order and position are ignored. */
  z.object({ filter: z.record(z.string(), z.string().max(4000)) }),
  z.object({ ids: z.array(z.string().min(1).max(36)).min(1).max(mostIds) }),
]);
/** All items of a list, or some by name. */
export type BulkScope = z.output<typeof bulkScopeSchema>;

export const launchBulkActionSchema = z.object({
  change: itemChangeSchema,
  scope: bulkScopeSchema,
  /** The moment the scope was frozen at, as `previewBulkAction` gave it; absent = now. */
  asOf: z.iso.datetime().optional(),
  /** Finds out what would happen to each item, and changes nothing. */
  dryRun: z.boolean().default(false),
  /** Items a second at most; null = as fast as it goes. */
  itemsPerSecond: throttleSchema.nullable().default(null),
});
export type LaunchBulkAction = z.input<typeof launchBulkActionSchema>;

/** `undo` puts back what another bulk action changed. */
export type BulkChange = ItemChange | { readonly action: 'undo'; readonly of: ItemChange };

export interface BulkAction {
  readonly bulkActionId: string;
  readonly change: BulkChange;
  /** Null for an undo. */
  readonly scope: FrozenScope | null;
  readonly status: BulkActionStatus;
  readonly isDryRun: boolean;
  /** How many items there were when it was launched. */
  readonly expected: CountResult;
  /** Items processed so far: changed and refused together. */
  readonly processed: number;
  /** In a dry run: that would be changed. */
  readonly changed: number;
  readonly refused: number;
  readonly refusals: Readonly<Partial<Record<Refusal, number>>>;
  readonly itemsPerSecond: number | null;
  /** E-mail address. */
  readonly requestedBy: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly finishedAt: Instant | null;
  readonly errorMessage: string | null;
  readonly undoOf: string | null;
  readonly undoneBy: string | null;
}

/** "Recrawl", "Set priority to 5", "Undo: Skip". */
export const bulkVerb = (change: BulkChange): string =>
  change.action === 'undo' ? `Undo: ${changeVerb(change.of)}` : changeVerb(change);

/** "1,234 items were skipped", "1,234 items would be changed". */
export function bulkOutcome({
  change,
  changed,
  isDryRun,
}: Pick<BulkAction, 'change' | 'changed' | 'isDryRun'>): string {
  if (isDryRun) return `${items(changed)} would be changed`;
  return change.action === 'undo'
    ? `${items(changed)} ${changed === 1 ? 'is as it was' : 'are as they were'} before`
    : changeOutcome(change, changed);
}
