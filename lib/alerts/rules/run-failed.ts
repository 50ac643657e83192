import { defineRunRule } from './rule.ts';

/** A run ended with an error. */
export const runFailed = defineRunRule({
  rule: 'run_failed',
  label: 'Run failed',
  help: 'A run ended with an error. It is over when the next run of its kind ends well.',
  thresholds: {},
  judgeRun(run) {
    if (run.status !== 'failed') return null;
    return {
      title: `${run.label}: a run failed`,
      detail: run.errorMessage ?? 'The run has failed.',
      evidence: { Items: run.total, Succeeded: run.succeeded },
    };
  },
});
