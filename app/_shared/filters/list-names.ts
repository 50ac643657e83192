/** The lists that are filtered by the one grammar. */
export const listNames = [
  'work-items',
  'runs',
  'sources',
  'schedules',
  'records',
  'hosts',
  'workers',
  'failures',
  'audit',
  'bulk-actions',
  'alerts',
] as const;
export type ListName = (typeof listNames)[number];
