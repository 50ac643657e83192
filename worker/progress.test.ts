import { describe, expect, it } from 'vitest';
import { progressBar, progressLine } from './progress.ts';

const progress = {
  tally: { completed: 10, failed: 1, skipped: 1 },
  pending: 36,
  maxItems: null,
  elapsedMs: 6_000,
};

describe('the progress of a command', () => {
  it('is a bar with numbers and a rate', () => {
    expect(progressBar(progress)).toBe('[██████··················] 12/48 · 2.0/s, 1 failed');
  });

  it('is measured against the bound when there is one', () => {
    expect(progressLine({ ...progress, maxItems: 24 })).toBe('12 of 24 processed, 1 failed');
  });

  it('is whole when there is nothing to do', () => {
    const tally = { completed: 0, failed: 0, skipped: 0 };
    expect(progressBar({ ...progress, tally, pending: 0, elapsedMs: 0 })).toMatch(
      /^\[█{24}\] 0\/0 · 0\.0\/s$/,
    );
  });
});
