/** The console's pages that need no id. */
export const pages = [
  '/',
  '/work-items',
  '/failures',
  '/bulk-actions',
  '/sources',
  '/runs',
  '/records',
  '/hosts',
  '/workers',
  '/schedules',
  '/audit',
  '/settings',
  '/settings/account',
];
