/** How much is stored, and how much more there is room for. */
import type { Session } from './engine.ts';

export interface Room {
  readonly freeBytes: number;
  /** Null where only what is free is told. */
  readonly sizeBytes: number | null;
}

export interface TableSize {
  readonly table: string;
  /** Null where counting them would mean to read them. */
  readonly rows: number | null;
  /** With its indexes. */
  readonly bytes: number;
}

export interface RoomStorage {
  /** What the database may still grow by; null when the server does not tell. */
  readRoom(session: Session): Promise<Room | null>;
  /** The largest first; null when to tell would mean to read a very large file. */
  readTableSizes(session: Session): Promise<readonly TableSize[] | null>;
}
