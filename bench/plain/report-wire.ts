/** Imported before a program: counts what it sends to the database, and writes the figures into a file at its end. */
import { writeFileSync } from 'node:fs';
import { startCounting, takeFigures, wireFileVariable } from './wire.ts';

const file = process.env[wireFileVariable];
if (file) {
  await startCounting();
  process.once('exit', () => writeFileSync(file, JSON.stringify(takeFigures())));
}
