/** Narrow enough for a number, wide enough for an address. CSS pixels. */
export const columnWidthPx = { least: 48, most: 900 } as const;
