import { expect, test } from 'vitest';
import { within } from './turn.ts';

const never = new AbortController().signal;
const long = 60_000;

test('ends when the time is up', async () => {
  await within(1, never, null);
});

test('ends when what is waited for happens, and when it fails', async () => {
  await within(long, never, Promise.resolve());
  await within(long, never, Promise.reject(new Error('failed')));
});

test('ends at once when the signal is aborted, before or meanwhile', async () => {
  await within(long, AbortSignal.abort(), null);
  const stop = new AbortController();
  const waiting = within(long, stop.signal, Promise.withResolvers<void>().promise);
  stop.abort();
  await waiting;
});

test('leaves nothing behind on a signal that lives on', async () => {
  const stop = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners += 1;
    addEventListener.apply(stop.signal, given);
  };
  stop.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(stop.signal, given);
  };
  await within(long, stop.signal, Promise.resolve());
  expect(listeners).toBe(0);
});
