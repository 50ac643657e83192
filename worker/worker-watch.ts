/** Who wants to know what a worker does, while it does it: its metrics. */
import type { DutyFigures } from './figures.ts';
import type { InFlight } from './in-flight.ts';
import type { ItemResult, LeasedItem, PipelineContext } from './pipeline/context.ts';

export interface WorkerParts {
  readonly inFlight: InFlight;
  readonly figures: DutyFigures;
  readonly context: PipelineContext;
  readonly concurrency: number;
}

export interface WorkerWatch {
  /** Once, before the first claim. */
  begins(parts: WorkerParts): void;
  /** A claim was answered, with so many items. */
  claimed(items: number): void;
  /** An item left the worker's hands. */
  left(result: ItemResult, leased: LeasedItem): void;
}
