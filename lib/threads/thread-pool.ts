/**
 * Threads for work whose cost a stranger decides: parsing. One that takes too long or too much memory is ended, and
 * takes nothing with it but its own task.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AppError } from '#lib/errors/app-error.ts';
import { forSmallInputs, type ThreadAnswer, type ThreadRequest } from './protocol.ts';
import { sizeOf } from './size.ts';

export interface ThreadLimits {
  /** Work of one task, ms of processor time. */
  readonly timeMs: number;
  /** What a thread may have in use, MB. */
  readonly heapMb: number;
  /**
   * Where a thread reaches V8's own limit in the middle of a call (a Map that grows, a text that is written), the
   * whole process ends. So that limit is twice as much higher, MB, and threads that take so much more are ended from
   * outside. V8 collects garbage half-way from what is in use to its limit, so that may be `heapMb` in full.
   */
  readonly headroomMb: number;
}

const threadLimits: ThreadLimits = { timeMs: 10_000, heapMb: 384, headroomMb: 256 };

/** One core stays with the event loop. */
const mostThreads = Math.min(3, Math.max(1, availableParallelism() - 1));
/** Inputs up to this length do not wait behind longer ones: one thread more takes them alone. */
const smallInput = 64 * 1024;
/** By the clock a task may take so many times as long. */
const clockPerWork = 6;
/** Short tasks are never looked at, ms. */
const lookEveryMs = 100;
/** Until its program is loaded, ms: a busy machine takes its time. */
const startMs = 60_000;
/** A thread without work ends after this time, ms: it holds some 30 MB. */
const idleMs = 15_000;

interface Job {
  readonly request: Omit<ThreadRequest, 'more'>;
  readonly isSmall: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Of a list that comes in parts. */
  readonly parts: unknown[];
}

interface Thread {
  readonly worker: Worker;
  /** Takes nothing large. */
  readonly isForSmall: boolean;
  job: Job | null;
  isReady: boolean;
  timer?: NodeJS.Timeout;
}

export class ThreadPool {
  readonly #limits: ThreadLimits;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Job[] = [];

  constructor(limits: ThreadLimits = threadLimits) {
    this.#limits = limits;
  }

  /**
   * What the task of that name makes of the input; both are cloned. A long list comes back in parts, with turns of
   * the event loop between them.
   * @throws AppError `reading_overran`; `payload_too_complex` where more would come back than `mostOfAnswer`; what the
   *   task throws
   */
  run(task: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const isSmall = sizeOf(input, smallInput) <= smallInput;
      this.#waiting.push({ request: { task, input }, isSmall, resolve, reject, parts: [] });
      this.#assign();
    });
  }

  /** In the order in which they came, but for small ones, which pass by large ones that have to wait. */
  #assign(): void {
    for (const job of [...this.#waiting]) {
      const thread = this.#free(job);
      if (thread) this.#give(thread, job);
      else if (job.isSmall) return;
    }
  }

  #give(thread: Thread, job: Job): void {
    this.#waiting.splice(this.#waiting.indexOf(job), 1);
    clearTimeout(thread.timer);
    thread.job = job;
    thread.worker.ref();
    this.#limitTime(thread);
    thread.worker.postMessage(job.request);
  }

  /** Loading the program is none of the task's time. */
  #limitTime(thread: Thread): void {
    const byClockMs = thread.isReady ? clockPerWork * this.#limits.timeMs : startMs;
    clearTimeout(thread.timer);
    thread.timer = setTimeout(
      () => this.#end(thread, overran(`took longer than ${byClockMs / 1000} s`)),
      byClockMs,
    );
    if (thread.isReady) void this.#watch(thread, thread.job);
  }

  /** Ends a task by what its thread has worked, for on a busy machine the clock says little of it, and by what it holds. */
  async #watch(thread: Thread, job: Job | null): Promise<void> {
    const { timeMs, heapMb, headroomMb } = this.#limits;
    let before: number | null = null;
    while (true) {
      await pause(Math.min(lookEveryMs, timeMs), undefined, { ref: false });
      if (thread.job !== job) return;
      const used = await usedBy(thread.worker);
      if (thread.job !== job || used === null) return;
      before ??= used.workedMs;
      if (used.workedMs - before > timeMs) {
        return this.#end(thread, overran(`took more than ${timeMs / 1000} s of work`));
      }
      if (used.heapMb > heapMb + headroomMb) return this.#end(thread, tooLarge(heapMb));
    }
  }

  #free({ isSmall }: Job): Thread | null {
    const threads = [...this.#threads];
    const free = threads.find(({ job, isForSmall }) => job === null && (isSmall || !isForSmall));
    if (free) return free;
    const forAll = threads.filter(({ isForSmall }) => !isForSmall).length;
    if (forAll < mostThreads) return this.#start(false);
    return isSmall && threads.length === forAll ? this.#start(true) : null;
  }

  #start(isForSmall: boolean): Thread {
    const worker = new Worker(threadFile(), {
      // Flags of the process, such as preloaded modules, are for its main thread.
      execArgv: [],
      ...(isForSmall ? { workerData: forSmallInputs } : {}),
      resourceLimits: {
        maxOldGenerationSizeMb: this.#limits.heapMb + 2 * this.#limits.headroomMb,
        maxYoungGenerationSizeMb: 16,
      },
    });
    const thread: Thread = { worker, isForSmall, job: null, isReady: false };
    this.#threads.add(thread);
    worker.on('message', (answer: ThreadAnswer) => this.#answered(thread, answer));
    worker.on('error', (error) => this.#end(thread, faultOf(error, this.#limits)));
    worker.on('exit', () => this.#end(thread, overran('ended the thread that read it')));
    worker.unref();
    return thread;
  }

  #answered(thread: Thread, answer: ThreadAnswer): void {
    const { job } = thread;
    if ('ready' in answer) {
      thread.isReady = true;
      if (job !== null) this.#limitTime(thread);
      return;
    }
    if (job === null) return;
    if ('part' in answer) {
      job.parts.push(...answer.part);
      // A part is taken off the wire on the event loop: others come between.
      if (answer.more) return void setImmediate(() => thread.worker.postMessage({ more: true }));
      this.#settle(thread, () => job.resolve(job.parts));
    } else if ('value' in answer) this.#settle(thread, () => job.resolve(answer.value));
    else this.#settle(thread, () => job.reject(errorOf(answer)));
  }

  #settle(thread: Thread, settle: () => void): void {
    clearTimeout(thread.timer);
    thread.job = null;
    thread.worker.unref();
    thread.timer = setTimeout(() => this.#end(thread, null), idleMs).unref();
    settle();
    this.#assign();
  }

  /** @param reason why its task failed; null for a thread that has none */
  #end(thread: Thread, reason: unknown): void {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.timer);
    thread.job?.reject(reason);
    void thread.worker.terminate();
    this.#assign();
  }
}

/** Processor time of a thread so far, and its heap; null when it has ended. */
async function usedBy(worker: Worker): Promise<{ workedMs: number; heapMb: number } | null> {
  try {
    const [{ user, system }, heap] = await Promise.all([
      worker.cpuUsage(),
      worker.getHeapStatistics(),
    ]);
    return { workedMs: (user + system) / 1000, heapMb: heap.used_heap_size / 1024 / 1024 };
  } catch {
    return null;
  }
}

const overran = (what: string): AppError =>
  new AppError('reading_overran', `Reading what was received ${what}.`);

function faultOf(error: unknown, limits: ThreadLimits): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge(limits.heapMb) : error;
}

const tooLarge = (heapMb: number): AppError => overran(`took more than ${heapMb} MB of memory`);

function errorOf(answer: Extract<ThreadAnswer, { message: string }>): Error {
  if (answer.code !== null) {
    const { code, message, remedy, fields } = answer;
    return new AppError(code, message, { remedy, ...(fields === null ? {} : { fields }) });
  }
  return new Error(`In a thread: ${answer.message}`);
}

/**
 * The thread's program: near this module in the sources and in a bundle of commands; where the console's bundler has
 * moved this module away, below the directory it runs in, as the image and `pnpm start` lay it.
 */
function threadFile(): string {
  const here = import.meta.dirname ?? '';
  const candidates = [
    path.join(here, '..', 'threads', 'heavy-thread.mjs'),
    path.join(here, '..', 'heavy-thread.ts'),
    path.join(/* turbopackIgnore: true */ process.cwd(), 'dist', 'threads', 'heavy-thread.mjs'),
    path.join(/* turbopackIgnore: true */ process.cwd(), 'lib', 'heavy-thread.ts'),
  ];
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) {
    throw new AppError('internal', 'The program of the reading threads is not installed.', {
      remedy: 'Build the product anew: pnpm bundle writes it to dist/threads.',
    });
  }
  return found;
}
