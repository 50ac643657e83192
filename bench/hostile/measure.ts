/**
 * `node bench/hostile/measure.ts PARSER BYTES…`: runs one parser over its shapes, and prints a JSON line for each; first
 * one of an event loop that does nothing, which is what the machine itself holds it for.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '#lib/errors/app-error.ts';
import { mostRead, parsers } from './parsers.ts';
import { shapes } from './shapes.ts';

const [name = '', ...wished] = process.argv.slice(2);
const most = mostRead[name] ?? Number.POSITIVE_INFINITY;
const sizes = new Set(wished.map((size) => Math.min(Number(size), most)));
const parse = parsers[name];
const makers = shapes[name];
if (!parse || !makers) throw new Error(`no parser named "${name}"`);

/**
 * The longest times between two turns of the event loop until the returned function is called, ms: what this thread
 * worked in between, and by the clock, which counts whatever else the machine did.
 */
function watchHolds() {
  let [holdMs, wallMs] = [0, 0];
  let [cpu, wall] = [process.threadCpuUsage(), performance.now()];
  const look = () => {
    const used = process.threadCpuUsage(cpu);
    holdMs = Math.max(holdMs, (used.user + used.system) / 1000);
    wallMs = Math.max(wallMs, performance.now() - wall);
    [cpu, wall] = [process.threadCpuUsage(), performance.now()];
  };
  const timer = setInterval(look, 1);
  return () => {
    look();
    clearInterval(timer);
    return { holdMs, wallMs };
  };
}

const idleMs = 1000;
const ofNothing = watchHolds();
await pause(idleMs);
const nothing = { shape: 'nothing', size: 0, tookMs: idleMs, ended: 'idle' };
console.log(JSON.stringify({ ...nothing, ...ofNothing() }));

// Compiled, and with a thread that runs.
const warm = Object.values(makers)[0]?.(80_000) ?? '';
await parse(Buffer.from(warm)).catch(() => undefined);

for (const [shape, make] of Object.entries(makers)) {
  for (const size of sizes) {
    const input = Buffer.from(make(size), 'latin1');
    globalThis.gc?.();
    // What making it took is no hold of the parser's.
    await pause(20);
    const holds = watchHolds();
    const startedAt = performance.now();
    let ended: string;
    try {
      ended = await parse(input);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      ended = error.code;
    }
    const tookMs = performance.now() - startedAt;
    await pause(5);
    const { holdMs, wallMs } = holds();
    console.log(JSON.stringify({ shape, size, holdMs, wallMs, tookMs, ended }));
  }
}
process.exit();
