/** Links to the record list. Apart from what reads the address: that needs the schema, links do not. */
import { listAddress } from '#app/_shared/list-address.ts';
import type { RecordParameter } from '#lib/records/list.ts';

/** The parameters that are given, as text. */
export type RecordParameters = Readonly<Partial<Record<RecordParameter, string>>>;

export const recordsHref = (
  current: RecordParameters,
  changes: Readonly<Partial<Record<RecordParameter, string | null>>>,
): string => listAddress('/records', current, changes);
