/** Why a change leaves an item as it is. Pure, for the browser as well. */
export const refusals = [
  'gone',
  'pending',
  'held',
  'in_progress',
  'completed',
  'failed',
  'skipped',
  'unchanged',
  'retired',
  'run_full',
  'moved_on',
] as const;

/** As stored: `gone` has no row any more, `held` is on hold, `moved_on` changed since a person looked. */
export type Refusal = (typeof refusals)[number];

/** After a count: "12 · being worked on". */
export const refusalWords: Readonly<Record<Refusal, string>> = {
  gone: 'no longer there',
  pending: 'queued already',
  held: 'on hold',
  in_progress: 'being worked on',
  completed: 'completed already',
  failed: 'failed',
  skipped: 'skipped',
  unchanged: 'so already',
  retired: 'retired',
  run_full: 'beyond the budget of the run',
  moved_on: 'changed since',
};
