/** The most memory another process has held. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

const everyMs = 50;

/**
 * Watches a process until it ends; returns a function that gives the peak of its resident set in MB
 * (10⁶ bytes). The kernel keeps the peak itself (`VmHWM`, KiB), so nothing between two looks is
 * missed. NaN where there is no `/proc`.
 */
export function watchPeakMemory(child: ChildProcess): () => number {
  let kibibytes = Number.NaN;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
      // A process that is just ending has no memory any more.
      if (peak > 0) kibibytes = peak;
    } catch {
      // Gone, or no Linux.
    }
  };
  const timer = setInterval(look, everyMs);
  child.once('exit', () => clearInterval(timer));
  return () => (kibibytes * 1024) / 1e6;
}
