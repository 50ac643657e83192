/** Apart from the cursors, so that browser code may name a direction without node's crypto. */
export const sortDirections = ['asc', 'desc'] as const;
export type SortDirection = (typeof sortDirections)[number];
