/** How a worker ends: it stops claiming, finishes what it can in time, and releases the rest. */

/** Time for items in flight to finish; with releasing and signing off it stays below 10 s. */
const graceMs = 7_500;

export interface Stop {
  /** Aborted when no more items are to be claimed. */
  readonly soft: AbortSignal;
  /** Aborted when items in flight are to be released. */
  readonly hard: AbortSignal;
  request(reason: string): void;
  /** Clears the timer; call when the worker has ended. */
  dispose(): void;
}

export function createStop(onRequest: (reason: string) => void = () => undefined): Stop {
  const soft = new AbortController();
  const hard = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    soft: soft.signal,
    hard: hard.signal,
    request(reason) {
      if (soft.signal.aborted) return;
      onRequest(reason);
      soft.abort();
      timer = setTimeout(() => hard.abort(), graceMs);
    },
    dispose() {
      clearTimeout(timer);
    },
  };
}

/** One Ctrl-C can arrive twice: from the terminal and from a package manager that passes it on. */
const sameSignalMs = 500;

/** SIGTERM and SIGINT stop in order; a second one ends the process at once. Returns the undoing. */
export function stopOnSignals(stop: Stop): () => void {
  let firstAt: number | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    firstAt ??= performance.now();
    const second = performance.now() - firstAt > sameSignalMs;
    // 128 + signal number, as a shell reports it.
    if (second) process.exit(signal === 'SIGINT' ? 130 : 143);
    stop.request(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return () => {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  };
}
