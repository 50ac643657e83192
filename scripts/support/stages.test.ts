import { describe, expect, it } from 'vitest';
import { playwrightCounts, step, vitestCounts } from './stages.ts';

describe('the counts of a stage', () => {
  it("are vitest's own, and a file that could not be loaded is one failure more", () => {
    const report = {
      numPassedTests: 7,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 0,
      testResults: [
        { status: 'passed', assertionResults: [{}] },
        { status: 'failed', assertionResults: [{}] },
        { status: 'failed', assertionResults: [] },
      ],
    };
    expect(vitestCounts(report)).toEqual({ passed: 7, failed: 2, skipped: 2 });
  });

  it('take a flaky browser test for passed', () => {
    const report = { stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 } };
    expect(playwrightCounts(report)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it('of a step are nothing when it succeeds and one failure when not', async () => {
    expect(await step('ok', 'exit 0').run()).toEqual({ passed: 0, failed: 0, skipped: 0 });
    expect(await step('broken', 'exit 3').run()).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
