import { describe, expect, it } from 'vitest';
import { checkDeadline, limitInForce, runWithDeadline, statementTimeout } from './deadline.ts';

describe('a time-out', () => {
  it('names the limit, and not what was left of it', async () => {
    await runWithDeadline(5_000, async () => {
      // A statement that begins late in it is ended by what is left.
      expect(limitInForce(4_000)).toBe(4_000);
      expect(limitInForce(5_000)).toBe(5_000);
      expect(limitInForce(30_000)).toBe(5_000);
      expect(statementTimeout().message).toBe('The query took longer than 5 s.');
    });
  });

  it('is that of the outermost code that ends first', async () => {
    await runWithDeadline(2_000, () =>
      runWithDeadline(5_000, async () => {
        expect(limitInForce(60_000)).toBe(2_000);
      }),
    );
    await runWithDeadline(0, async () => {
      expect(() => checkDeadline()).toThrow('The query took longer than 0 ms.');
    });
  });

  it('is a statement’s own where no code sets one', () => {
    expect(limitInForce(1_500)).toBe(1_500);
    expect(statementTimeout(1_500).message).toBe('The query took longer than 1.5 s.');
    expect(statementTimeout().message).toBe('The query took longer than its time limit.');
  });
});
