/** How values are stored, the same on both engines. */

/** ISO 8601 UTC with milliseconds, e.g. `2026-01-31T09:15:00.123Z`. */
export type Instant = string;

/** 0 or 1. */
export type Flag = 0 | 1;

/** Serialised JSON text. */
export type JsonText = string;
