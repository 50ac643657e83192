/** What a worker tells of the way of its items while they go it: nothing, unless traces are sent somewhere. */
import { hasReceiver } from '#lib/monitoring/otlp-receiver.ts';
import type { ItemResult, LeasedItem } from './pipeline/context.ts';

export interface ItemTracer {
  /** The whole way of an item. */
  item(leased: LeasedItem, way: () => Promise<ItemResult>): Promise<ItemResult>;
  /** A step on the way of an item that is traced. */
  step<T>(name: 'fetch' | 'store', leased: LeasedItem, step: () => Promise<T>): Promise<T>;
  /** Sends what is left. Never throws. */
  close(): Promise<void>;
}

/** The tracer, where the environment names a receiver of OTLP; its libraries are loaded only then. */
export async function openTracer(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ItemTracer | null> {
  if (!hasReceiver(env, 'traces')) return null;
  const { createOtlpTracer } = await import('./otlp-tracer.ts');
  return createOtlpTracer();
}
