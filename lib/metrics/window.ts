/** Windows of time that end now, in whole minutes or hours. */
import type { Instant } from '#db/schema.ts';
import type { ThroughputWindow } from './model.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface WindowUnits {
  readonly unit: 'minute' | 'hour';
  readonly unitMs: number;
  readonly units: number;
}

export const windowUnits: Readonly<Record<ThroughputWindow, WindowUnits>> = {
  '1h': { unit: 'minute', unitMs: minuteMs, units: 60 },
  '24h': { unit: 'hour', unitMs: hourMs, units: 24 },
  '7d': { unit: 'hour', unitMs: hourMs, units: 168 },
};

/** The start of the oldest unit, so that the last one holds `asOf`. */
export function startOfWindow(asOf: Instant, window: ThroughputWindow): Instant {
  const { unitMs, units } = windowUnits[window];
  const last = Math.floor(Date.parse(asOf) / unitMs) * unitMs;
  return new Date(last - (units - 1) * unitMs).toISOString();
}

/** The start of every unit, oldest first. */
export function unitsOfWindow(asOf: Instant, window: ThroughputWindow): Instant[] {
  const { unitMs, units } = windowUnits[window];
  const start = Date.parse(startOfWindow(asOf, window));
  return Array.from({ length: units }, (_, index) =>
    new Date(start + index * unitMs).toISOString(),
  );
}
