/**
 * Pages that stay while the console is away. Next.js loads a page anew by the browser when the answer to a refresh or
 * a navigation is lost, which ends in the browser's own error page: such questions are asked again until they are
 * answered, and the page that is there stays.
 */

import { pauseAfter } from './pause-after.ts';

/** Before the second try, and before any later one at most, ms. */
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** What stands before a console that is being restarted. */
const ofGateway = new Set([502, 503, 504]);

/**
 * Whether Next.js asks for the parts of a page: a header of its own, and nothing that changes anything. What is fetched
 * ahead is not: it would be asked for without end, and nobody waits for it.
 */
function isForPage(init: RequestInit | undefined): boolean {
  if (init === undefined || (init.method ?? 'GET') !== 'GET') return false;
  const headers = new Headers(init.headers);
  return headers.get('rsc') === '1' && !headers.has('next-router-prefetch');
}

/** The pauses that are being kept, as what ends them. */
const pauses = new Set<() => void>();

const pause = (tries: number) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      pauses.delete(end);
      resolve();
    };
    const timer = setTimeout(end, pauseAfter(tries, firstPauseMs, longestPauseMs));
    pauses.add(end);
  });

function endPauses(): void {
  if (document.hidden) return;
  for (const end of [...pauses]) end();
}

/** A fetch that asks for pages until there is an answer; other questions are asked once. */
export const steadily =
  (ask: typeof fetch): typeof fetch =>
  async (input, init) => {
    if (!isForPage(init)) return ask(input, init);
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await ask(input, init);
        if (!ofGateway.has(answer.status)) return answer;
      } catch (error) {
        if (init?.signal?.aborted || (error instanceof DOMException && error.name === 'AbortError'))
          throw error;
      }
      await pause(tries);
    }
  };

/** Makes the pages of this tab steady; returns what undoes it. */
export function keepPagesSteady(): () => void {
  const before = window.fetch;
  window.fetch = steadily(before);
  // The browser is connected again, or the tab is seen again: nobody waits for the rest of a pause.
  window.addEventListener('online', endPauses);
  document.addEventListener('visibilitychange', endPauses);
  return () => {
    window.fetch = before;
    window.removeEventListener('online', endPauses);
    document.removeEventListener('visibilitychange', endPauses);
  };
}
