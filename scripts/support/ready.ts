/** Waits until the console answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './port.ts';

/** True as soon as the health page answers, whatever it says; false after `withinMs`, or once `gaveUp`. */
export async function answers(
  { host, port }: Address,
  withinMs: number,
  gaveUp: () => boolean,
): Promise<boolean> {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}/api/health`;
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline && !gaveUp()) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(100);
  }
  return false;
}
