/** Why a change leaves an item as it is. Pure, for the browser as well. */
export const refusals = [
  'not_found',
  'pending',
  'on_hold',
  'in_progress',
  'completed',
  'failed',
  'skipped',
  'unchanged',
  'retired',
  'run_full',
  'moved_on',
] as const;

/** As stored: `not_found` has no row any more, `on_hold` waits for a person, `moved_on` changed since a person looked. */
export type Refusal = (typeof refusals)[number];

/** After a count: "12 · in progress". */
export const refusalWords: Readonly<Record<Refusal, string>> = {
  not_found: 'no longer there',
  pending: 'pending already',
  on_hold: 'on hold',
  in_progress: 'in progress',
  completed: 'completed already',
  failed: 'failed',
  skipped: 'skipped',
  unchanged: 'so already',
  retired: 'retired',
  run_full: 'beyond the budget of the run',
  moved_on: 'changed since',
};
