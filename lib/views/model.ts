/** A saved view: a list's filter and order under a name, for oneself or for everybody. */
import { z } from 'zod';
import { seenSchema } from '#lib/audit/changed-meanwhile.ts';
import { nameText } from '#lib/people-text.ts';

export const viewPages = ['work-items'] as const;
export type ViewPage = (typeof viewPages)[number];

export interface SavedView {
  readonly viewId: string;
  readonly name: string;
  /** The parameters of the address, without `?`, in canonical order. */
  readonly query: string;
  readonly isShared: boolean;
  readonly isOwn: boolean;
  /** E-mail address of the owner; null when the account is gone. */
  readonly owner: string | null;
  /** Whether the reader may rename, change or delete it. */
  readonly mayChange: boolean;
}

const name = nameText({ most: 100, missing: 'Give a name.' });
const query = z.string().max(4_000, 'The filter is too long to be saved.');

export const newViewSchema = z.strictObject({
  page: z.enum(viewPages),
  name,
  query,
  isShared: z.boolean(),
});
export type NewView = z.output<typeof newViewSchema>;

/** What is absent is not changed. */
export const viewChangeSchema = z.strictObject({
  name: name.optional(),
  query: query.optional(),
  isShared: z.boolean().optional(),
  /** Name, query and isShared as they were read. */
  seen: seenSchema,
});
export type ViewChange = z.output<typeof viewChangeSchema>;
