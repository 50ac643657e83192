import { expect, it } from 'vitest';
import { DatabaseError } from '../errors.ts';
import { quoteServer, serverMessages } from './server-messages.ts';

const said = (number: number, text: string) =>
  Object.assign(new Error(text), { number, class: 16, state: 2 });

it('quotes every message of a statement, within whatever was thrown, once', () => {
  const several = new AggregateError([
    said(1750, 'See previous errors.'),
    said(1779, 'There is one.'),
  ]);
  const error = new DatabaseError('db_error', 'Failed.', {
    remedy: '',
    cause: new Error('wrapped', { cause: several }),
  });
  expect(quoteServer(error)).toBe(
    'Msg 1750, Level 16, State 2: See previous errors. Msg 1779, Level 16, State 2: There is one.',
  );
  expect(serverMessages(new AggregateError([said(1, 'a'), said(1, 'a')]))).toHaveLength(1);
});

it('has nothing to quote when the network failed', () => {
  expect(quoteServer(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBeNull();
});
