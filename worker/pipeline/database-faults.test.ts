import { expect, it } from 'vitest';
import { DatabaseError, databaseErrorCodes } from '#db/errors.ts';
import { outcomeRule } from '#lib/errors/attempt-outcomes.ts';
import { isDatabaseFault } from '../retry-transient.ts';

it.each(databaseErrorCodes)('%s is waited out when the table of outcomes says so', (code) => {
  const waited = isDatabaseFault(new DatabaseError(code, 'x', { remedy: 'x' }));
  expect(waited).toBe(outcomeRule(code).decision === 'wait');
});
