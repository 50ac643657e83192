/** Before each contract suite: what it sends is recorded, and its transactions are held against the order of locks. */
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { CatalogueWriter, catalogueVariable } from '#test/tsql/catalogue.ts';
import { listenToDrivers } from '#test/tsql/drivers.ts';
import { LockOrderRecorder } from '#test/tsql/lock-order-recorder.ts';

/** The suites of one process share its drivers, which are listened to once. */
interface Recording {
  suite: string;
  readonly locks: LockOrderRecorder;
}
const place = Symbol.for('holocron.recorded-statements');
const shared = globalThis as typeof globalThis & { [place]?: Recording };

async function beginRecording(): Promise<Recording> {
  const locks = new LockOrderRecorder();
  const directory = process.env[catalogueVariable];
  const catalogue = directory ? new CatalogueWriter(directory) : null;
  const recording: Recording = { suite: '', locks };
  await listenToDrivers({
    begun: (connection) => locks.begun(connection),
    ended: (connection) => locks.ended(connection),
    sent(connection, text, declarations) {
      locks.sent(connection, text, declarations === null ? 'sqlite' : 'sqlserver');
      if (declarations) catalogue?.add({ label: recording.suite, text, params: declarations });
    },
  });
  return recording;
}

const recording = shared[place] ?? (await beginRecording());
shared[place] = recording;

beforeAll(() => {
  recording.suite = path.relative(process.cwd(), expect.getState().testPath ?? '');
});

afterAll(() => {
  expect(recording.locks.takeFaults(), 'transactions against the order of locks').toEqual([]);
});
