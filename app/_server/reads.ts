/**
 * Where a request's lists are read from: a readable copy lags behind, so that for a while after a change
 * of theirs people read from the database itself and find what they did.
 */
import { cookies } from 'next/headers';
import type { Runtime } from '#lib/runtime.ts';

const cookieName = 'holocron-changed';
/** Longer than a copy that keeps up lags behind, seconds. */
const rememberSeconds = 10;

const hasCopy = ({ replica }: Runtime) => replica() !== null;

/** For lists and statistics. */
export async function readsFor(runtime: Runtime): Promise<Runtime['reads']> {
  if (!hasCopy(runtime)) return runtime.reads;
  return (await cookies()).has(cookieName) ? runtime.db : runtime.reads;
}

/** To be called after a change, where cookies may be set: in server actions and route handlers. */
export async function rememberChange(runtime: Runtime): Promise<void> {
  if (!hasCopy(runtime)) return;
  (await cookies()).set(cookieName, '1', {
    maxAge: rememberSeconds,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
  });
}
