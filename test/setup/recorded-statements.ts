/** Before each contract suite: what it sends is recorded, and its transactions are held against the order of locks. */
import { afterAll, expect } from 'vitest';
import { listenToDrivers } from '#test/tsql/drivers.ts';
import { LockOrderRecorder } from '#test/tsql/lock-order-recorder.ts';

/** The suites of one process share its drivers, which are listened to once. */
interface Recording {
  readonly locks: LockOrderRecorder;
}
const place = Symbol.for('holocron.recorded-statements');
const shared = globalThis as typeof globalThis & { [place]?: Recording };

async function beginRecording(): Promise<Recording> {
  const locks = new LockOrderRecorder();
  await listenToDrivers({
    begun: (connection) => locks.begun(connection),
    ended: (connection) => locks.ended(connection),
    sent: (connection, text, declarations) =>
      locks.sent(connection, text, declarations === null ? 'sqlite' : 'sqlserver'),
  });
  return { locks };
}

const recording = shared[place] ?? (await beginRecording());
shared[place] = recording;

afterAll(() => {
  expect(recording.locks.takeFaults(), 'transactions against the order of locks').toEqual([]);
});
