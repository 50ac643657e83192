/**
 * What a change to items is made of. Each has a file of its own beside this one and a line in `registry.ts`;
 * the bulk action, its undo, the console's buttons and dialogs, the palette and the audit log follow.
 */
import type { SelectQueryBuilder } from 'kysely';
import { z } from 'zod';
import type { Session } from '#db/engine.ts';
import type { Database, Instant, WorkItemStatus } from '#db/schema.ts';
import type { Permission } from '#lib/actor/model.ts';
import { workItemStatusSchema } from '#lib/queue/model.ts';
import type { ItemAsRead } from '#lib/queue/status-and-run.ts';
import type { Refusal } from './refusal.ts';

/** What a change looks at to take an item or to leave it. */
export interface Standing {
  readonly status: WorkItemStatus;
  readonly wait_reason: string | null;
  readonly priority: number;
  readonly run_id: string | null;
  readonly refetch: string | null;
  readonly refetch_every_s: number | null;
}

/** An item as it was before a change, with all that undoing it needs. */
export interface ChangeableItem extends ItemAsRead, Standing {
  readonly attempt: number;
  readonly available_at: Instant;
  readonly updated_at: Instant;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

/** Items that were the same in all that a change touches, before it; as the outcome of a chunk stores them. */
export const changedGroupSchema = z.object({
  status: workItemStatusSchema,
  runId: z.string().nullable(),
  priority: z.number(),
  attempt: z.number(),
  waitReason: z.string().nullable(),
  /** Where it waited for a moment; null = it did not. */
  availableAt: z.string().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  refetch: z.string().nullable(),
  refetchEveryS: z.number().nullable(),
  ids: z.array(z.string()),
});
export type ChangedGroup = z.infer<typeof changedGroupSchema>;

/** What the dialog asks for; `name` is the property of the change that it fills. */
export type ChangeField =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly label: string;
      readonly help: string;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly label: string;
      /** The first one is chosen at first. */
      readonly options: readonly { readonly label: string; readonly value: unknown }[];
    }
  /** One of the runs that are running. */
  | { readonly kind: 'run'; readonly name: string; readonly label: string; readonly help: string };

/** The items of a group that can be put back: `untouched` since the change, or `all` that are still there. */
export interface PutBack {
  readonly all: ItemQuery;
  readonly untouched: ItemQuery;
  readonly group: ChangedGroup;
}
export type ItemQuery = SelectQueryBuilder<Database, 'work_items', { work_item_id: string }>;

export interface ChangeDefinition<C extends { readonly action: string }> {
  /** Its name: in the API, in stored bulk actions, and with hyphens in the audit log. */
  readonly action: C['action'];
  /** On buttons and in menus. */
  readonly label: string;
  /** With how many it is about, at `{items}`; absent = the label before them. */
  readonly labelOfMany?: string;
  /** Names a drawing of the console (`work-items/change-icons.tsx`). */
  readonly icon: string;
  readonly permission: Permission;
  /** A button of its own in the selection bar; the others stand in its menu. */
  readonly isMain?: boolean;
  readonly isDangerous?: boolean;
  /** What a person chooses for it; absent = nothing. */
  readonly fields?: readonly ChangeField[];
  /** Choices that have an entry of their own in the menu. */
  readonly presets?: readonly {
    readonly id: string;
    readonly label: string;
    readonly isDangerous?: boolean;
    readonly change: C;
  }[];
  /** Which statuses it takes; `on_hold` and `backoff`: pending items that are held, or wait after a failure. */
  readonly takes: readonly (WorkItemStatus | 'on_hold' | 'backoff')[];
  /** Retired items are left unless it says otherwise. */
  readonly takesRetired?: boolean;
  /** Why it leaves an item for another reason than its status; null = it does not. */
  refuses?(item: Standing, change: C): Refusal | null;
  /** For how many items there is room, in the transaction; throws where it cannot begin at all. */
  room?(tx: Session, change: C): Promise<number>;
  /** Changes those that are still as they were read, 500 at most; returns how many. */
  apply(tx: Session, items: readonly ChangeableItem[], change: C): Promise<number>;
  readonly undo: {
    /** Those that still are where the change put them. */
    find(items: PutBack, change: C): ItemQuery;
    /** Makes them what the group was. */
    restore(tx: Session, group: ChangedGroup, ids: readonly string[], change: C): Promise<void>;
  };
  readonly words: {
    /** The imperative where it depends on what was chosen: "Set priority to 5". */
    verb?(change: C): string;
    /** What will happen to the items it takes: "will leave the queue without being fetched". */
    promise(change: C): string;
    /** What happened: "12 items were skipped". */
    outcome(count: number, change: C): string;
    /** What was done, for the audit log: "Skipped 12 items". */
    record(count: number, change: C): string;
  };
  /** What the audit log keeps of an item as it was; absent = its status. */
  before?(item: ChangeableItem): object;
}

/** A change with the schema of its input, which is its name and what `input` says. */
export function defineChange<const A extends string, S extends z.ZodRawShape>(
  definition: ChangeDefinition<{ readonly action: A } & z.output<z.ZodObject<S>>> & {
    readonly action: A;
    readonly input: S;
  },
) {
  const { action, input } = definition;
  return { ...definition, schema: z.object({ action: z.literal(action), ...input }) };
}
