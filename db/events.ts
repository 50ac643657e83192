/** What an engine knows of the order in which events become visible. */
import type { Session } from './engine.ts';

export interface EventStorage {
  /**
   * The id up to which readers may go: whatever has an id up to it is visible, or never will be. Looks at events from
   * `from` on, where a reader stands, 0 = at the newest. Null = all that are visible.
   */
  lastSettledEvent(session: Session, from: number): Promise<number | null>;
}
