/** Long work in a page: a few milliseconds at a time, so that typing and scrolling stay smooth. */

const sliceMs = 10;

/** Runs a generator to its end; rejects with the signal's reason when it is aborted meanwhile. */
export async function inSteps<T>(steps: Generator<void, T, void>, signal: AbortSignal): Promise<T> {
  while (true) {
    signal.throwIfAborted();
    const until = performance.now() + sliceMs;
    do {
      const step = steps.next();
      if (step.done) return step.value;
    } while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
