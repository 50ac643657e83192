/** One thing a page asks, by name. */
import type { Session } from '#db/engine.ts';

export interface ListCase {
  readonly name: string;
  readonly read: (s: Session) => Promise<unknown>;
}
