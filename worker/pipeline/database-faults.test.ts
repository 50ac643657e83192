import { expect, it } from 'vitest';
import { DatabaseError, databaseErrorCodes } from '#db/errors.ts';
import { outcomeRule } from '#lib/work-items/attempt-outcomes.ts';
import { isPassing } from '../patience.ts';

it.each(databaseErrorCodes)('%s is waited out when the table of outcomes says so', (code) => {
  const waited = isPassing(new DatabaseError(code, 'x', { remedy: 'x' }));
  expect(waited).toBe(outcomeRule(code).decision === 'wait');
});
