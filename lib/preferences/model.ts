/** What a person arranged in the console for themselves; kept with the account, so it follows them. */
import { z } from 'zod';
import { columnWidthPx } from './column-width.ts';

/** The pages that can be arranged. */
export const arrangedPages = ['work-items'] as const;
export type ArrangedPage = (typeof arrangedPages)[number];

/** The columns in their order; what a later version adds is put where it stands by default. */
export const gridArrangementSchema = z.strictObject({
  columns: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z_]{1,40}$/),
        isShown: z.boolean(),
        /** Absent = the column's own width. */
        widthPx: z.int().min(columnWidthPx.least).max(columnWidthPx.most).optional(),
      }),
    )
    .max(60),
  isDense: z.boolean(),
});
export type GridArrangement = z.output<typeof gridArrangementSchema>;

export const pagePreferencesSchema = z.object({
  /** Null = as the console arranges it. */
  grid: gridArrangementSchema.nullable().catch(null),
  /** The saved view that the page opens with; null = everything. */
  defaultView: z.string().max(36).nullable().catch(null),
});
export type PagePreferences = z.output<typeof pagePreferencesSchema>;
