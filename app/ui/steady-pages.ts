/**
 * Pages that stay while the console is away. Next.js loads a page anew by the browser when the answer to a refresh or
 * a navigation is lost, which ends in the browser's own error page: such questions are asked again until they are
 * answered, and the page that is there stays.
 */

/** Before each further try; the last goes on. */
const pausesMs = [500, 1_000, 2_000, 3_000] as const;

/** What stands before a console that is being restarted. */
const ofGateway = new Set([502, 503, 504]);

/** Whether Next.js asks for the parts of a page: a header of its own, and nothing that changes anything. */
function isForPage(init: RequestInit | undefined): boolean {
  if (init === undefined || (init.method ?? 'GET') !== 'GET') return false;
  return new Headers(init.headers).get('rsc') === '1';
}

const pause = (tries: number) =>
  new Promise((resolve) =>
    setTimeout(resolve, pausesMs[Math.min(tries, pausesMs.length - 1)] ?? 3_000),
  );

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
  return () => {
    window.fetch = before;
  };
}
