/**
 * How Node is launched for the product's processes, wherever that is done: by `pnpm start`, `pnpm worker` and the
 * benchmarks, which read it here; the image and docker-compose.yml, which a test holds against it. What each
 * of these is worth is in decision 44.
 */

export const workerFlags: readonly string[] = [
  // Short-lived objects make up most of a worker's memory: a third less in all, at the same speed.
  '--max-semi-space-size=4',
  // Code between interpreted and optimized; what runs often is optimized all the same.
  '--no-sparkplug',
  // The HTTP parser of undici is one large function: optimizing it takes 34 MB for a moment.
  '--no-wasm-tier-up',
];

/** A heap that may grow to gigabytes is hardly ever cleaned: half of what it held was rubbish. */
export const consoleFlags: readonly string[] = [
  '--max-semi-space-size=4',
  '--max-old-space-size=512',
  '--heap-growing-percent=20',
];

/**
 * glibc keeps free memory in an arena for each thread, and what lies free at the end of one up to a bound
 * that it raises by itself; naming the bounds keeps them. Bytes. Other C libraries know none of these.
 */
export const allocatorSettings: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '32768',
  MALLOC_TOP_PAD_: '0',
  // What V8's compilers work in comes in pieces of 32 KiB: each goes back to the system when they are done.
  MALLOC_MMAP_THRESHOLD_: '32768',
};
