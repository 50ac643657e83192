import { describe, expect, test } from 'vitest';
import { workItemStatuses } from '#db/schema.ts';
import { mayMove, requireMove } from './lifecycle.ts';

const allowed = workItemStatuses.flatMap((from) =>
  workItemStatuses.filter((to) => mayMove(from, to)).map((to) => `${from} → ${to}`),
);

describe('the lifecycle', () => {
  test('allows exactly these moves', () => {
    expect(allowed).toEqual([
      'pending → failed',
      'pending → skipped',
      'in_progress → pending',
      'in_progress → completed',
      'in_progress → failed',
      'in_progress → skipped',
      'completed → pending',
      'failed → pending',
      'failed → skipped',
      'skipped → pending',
    ]);
  });

  test('nothing but a claim makes an item in progress', () => {
    for (const from of workItemStatuses) expect(mayMove(from, 'in_progress')).toBe(false);
  });

  test('a refusal says what is allowed', () => {
    expect(() => requireMove('pending', 'completed')).toThrow(
      expect.objectContaining({
        code: 'transition_not_allowed',
        remedy: 'From pending it may become skipped or failed.',
      }),
    );
  });
});
