import { describe, expect, it } from 'vitest';
import { DatabaseError } from '#db/errors.ts';
import { AppError, toPublicError } from './app-error.ts';
import { remedyOf } from './codes.ts';

/** The module once more, as another bundle of the same process holds it. */
async function secondCopies() {
  const query = '?copy';
  const [app, database] = await Promise.all([
    import(/* @vite-ignore */ `./app-error.ts${query}`),
    import(/* @vite-ignore */ `../../db/errors.ts${query}`),
  ]);
  // The same modules under another address.
  return {
    app: app as typeof import('./app-error.ts'),
    database: database as typeof import('../../db/errors.ts'),
  };
}

describe('a known failure', () => {
  it('keeps its code when it comes from another copy of its class', async () => {
    const { app, database } = await secondCopies();
    expect(app.AppError).not.toBe(AppError);
    const refused = new app.AppError('egress_too_large', 'It is too large.');
    expect(refused).toBeInstanceOf(AppError);
    expect(toPublicError(refused)).toMatchObject({ code: 'egress_too_large' });
    const lost = new database.DatabaseError('db_busy', 'It is busy.', { remedy: 'Wait.' });
    expect(lost).toBeInstanceOf(DatabaseError);
    expect(toPublicError(lost)).toEqual({
      code: 'db_busy',
      message: 'It is busy.',
      remedy: 'Wait.',
    });
  });

  it('is no other failure', () => {
    const refused = new AppError('not_found', 'It is not there.');
    expect(refused).not.toBeInstanceOf(DatabaseError);
    for (const other of [new Error('x'), null, undefined, 'text', { code: 'not_found' }]) {
      expect(other).not.toBeInstanceOf(AppError);
      expect(toPublicError(other)).toMatchObject({ code: 'internal' });
    }
  });

  it('shows neither stack nor cause', () => {
    const cause = new Error('password hunter2');
    const shown = toPublicError(new AppError('internal', 'It failed.', { cause }));
    expect(Object.keys(shown)).toEqual(['code', 'message', 'remedy']);
  });
});

describe('the remedy of a stored code', () => {
  it('is that of the list, and none for a code of another version', () => {
    expect(remedyOf('http_not_found')).toBe('The resource does not exist at the source.');
    expect(remedyOf('constructor')).toBeNull();
    expect(remedyOf(null)).toBeNull();
  });
});
