import { defineRule } from './rule.ts';

const ofDatabase: ReadonlySet<string> = new Set([
  'clock_skew',
  'deadlocks',
  'database_busy',
  'connections_lost',
  'pool_saturated',
  'totals_repaired',
  'workers_lost',
]);

/** What the workers report of the database, and of one another. */
export const databaseWarnings = defineRule({
  rule: 'database_warnings',
  label: 'Database warnings',
  help: 'Deadlocks, lost connections, a saturated pool, a clock that is off, totals that were wrong, workers that fell silent.',
  thresholds: {},
  judge: ({ warnings }) =>
    warnings
      .filter(({ kind }) => ofDatabase.has(kind))
      .map(({ kind, title, detail, href }) => ({
        subject: kind,
        sourceName: null,
        title,
        detail,
        evidence: {},
        href,
      })),
});
