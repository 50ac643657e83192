/** The windows of the throughput in words. */
import type { ThroughputWindow } from '#lib/metrics/model.ts';

export const windowWords: Readonly<Record<ThroughputWindow, string>> = {
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
};
