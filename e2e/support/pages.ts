/** The console's pages that need no id. */
export const pages = [
  '/',
  '/work-items',
  '/failures',
  '/skipped',
  '/bulk-actions',
  '/sources',
  '/runs',
  '/records',
  '/hosts',
  '/workers',
  '/schedules',
  '/alerts',
  '/alerts?tab=rules',
  '/alerts?tab=channels',
  '/forecast',
  '/forecast?window=7d',
  '/report',
  '/report?month=2025-01',
  '/storage',
  '/audit',
  '/settings',
  '/settings/account',
  '/settings/database',
];

/** Forms with pages, or addresses, of their own. */
export const forms = [
  '/work-items/new',
  '/sources/new',
  '/sources/new?type=http',
  '/sources/new?template=wikipedia',
  '/sources/import',
  '/runs?do=launch',
];
