/** An operation made concrete: which item, which lease, which ids. Made before it is carried out. */
import type { Fence } from '#lib/queue/model.ts';
import type { Operation, OperationOf } from './operation.ts';
import type { QueueModel } from './queue-model.ts';
import { type ActorName, idOf, type RunName, type SourceName } from './world.ts';

export interface PlannedItem {
  readonly id: string;
  readonly source: SourceName;
  readonly resource: string;
  readonly key: string;
  readonly priority: number;
  readonly run: RunName | null;
  readonly inMinutes: number;
  readonly depth: number;
}

export interface PlannedCompletion {
  readonly fence: Fence;
  readonly brings: OperationOf<'complete'>['completion']['brings'];
  readonly finds: readonly PlannedItem[];
}

/** Operations that name nothing the world must first be asked for stay as they are. */
type Plain = Exclude<
  Operation,
  {
    kind:
      | 'enqueue'
      | 'renew'
      | 'complete'
      | 'completeMany'
      | 'fail'
      | 'release'
      | 'releaseSlot'
      | 'trySuspect'
      | 'recrawlItems'
      | 'retryItems'
      | 'skipItems'
      | 'updateStatus';
  }
>;

export type Request =
  | Plain
  | { readonly kind: 'enqueue'; readonly items: readonly PlannedItem[] }
  | { readonly kind: 'renew'; readonly fences: readonly Fence[]; readonly leaseMinutes: number }
  | { readonly kind: 'complete'; readonly completions: readonly [PlannedCompletion] }
  | { readonly kind: 'completeMany'; readonly completions: readonly PlannedCompletion[] }
  | (Pick<OperationOf<'fail'>, 'kind' | 'decision' | 'blockHost'> & { readonly fence: Fence })
  | { readonly kind: 'release'; readonly fence: Fence }
  | { readonly kind: 'trySuspect'; readonly actor: ActorName; readonly fence: Fence }
  | { readonly kind: 'releaseSlot'; readonly fence: Fence; readonly sentAfterMinutes: number }
  | { readonly kind: 'recrawlItems' | 'retryItems' | 'skipItems'; readonly ids: readonly string[] }
  | {
      readonly kind: 'updateStatus';
      readonly id: string;
      readonly status: OperationOf<'updateStatus'>['status'];
      readonly leaseId: string | null;
    };

export type RequestOf<K extends Request['kind']> = Extract<Request, { kind: K }>;

/** Every lease an actor remembers, the latest last: also those it has lost without knowing. */
export type Hands = Record<ActorName, Fence[]>;

/** Hands out ids for new items, in order. */
export class Ids {
  #next = 1;
  next(): string {
    this.#next += 1;
    return idOf(this.#next);
  }
}

/** Null when there is nothing the operation could be about. */
export function requestOf(
  operation: Operation,
  model: QueueModel,
  hands: Hands,
  ids: Ids,
): Request | null {
  switch (operation.kind) {
    case 'enqueue':
      return {
        kind: 'enqueue',
        items: operation.items.map(({ resource, ...rest }) =>
          planned(ids, resource, { ...rest, depth: 0 }),
        ),
      };
    case 'renew': {
      const fences = hands[operation.actor];
      return { kind: 'renew', fences: [...fences], leaseMinutes: operation.leaseMinutes };
    }
    case 'complete': {
      const completion = completionOf(operation.completion, hands[operation.actor], ids);
      return completion && { kind: 'complete', completions: [completion] };
    }
    case 'completeMany': {
      const hand = hands[operation.actor];
      const completions = operation.completions.flatMap((one, n) => {
        // The leases one after the other, so that a batch is mostly of different items.
        const completion = completionOf({ ...one, nth: one.nth + n }, hand, ids);
        return completion ? [completion] : [];
      });
      return completions.length === 0 ? null : { kind: 'completeMany', completions };
    }
    case 'fail': {
      const fence = nthOf(hands[operation.actor], operation.nth);
      const { decision, blockHost } = operation;
      return fence && { kind: 'fail', fence, decision, blockHost };
    }
    case 'release': {
      const fence = nthOf(hands[operation.actor], operation.nth);
      return fence && { kind: 'release', fence };
    }
    case 'trySuspect': {
      const { actor, nth } = operation;
      const fence = nthOf(hands[actor], nth);
      return fence && { kind: 'trySuspect', actor, fence };
    }
    case 'releaseSlot': {
      const fence = nthOf(hands[operation.actor], operation.nth);
      return fence && { kind: 'releaseSlot', fence, sentAfterMinutes: operation.sentAfterMinutes };
    }
    case 'recrawlItems':
    case 'retryItems':
    case 'skipItems': {
      if (model.items.length === 0) return null;
      const chosen = operation.picks.map((pick) => pickedOf(model, pick)?.id ?? '');
      return { kind: operation.kind, ids: [...new Set(chosen)] };
    }
    case 'updateStatus': {
      const item = pickedOf(model, operation.pick);
      if (!item) return null;
      const wrong = idOf(0xfff);
      const leases = { none: null, own: item.lease?.id ?? wrong, wrong };
      const { status } = operation;
      return { kind: 'updateStatus', id: item.id, status, leaseId: leases[operation.lease] };
    }
    default:
      return operation;
  }
}

function completionOf(
  drawn: OperationOf<'complete'>['completion'],
  hand: readonly Fence[],
  ids: Ids,
): PlannedCompletion | null {
  const fence = nthOf(hand, drawn.nth);
  if (!fence) return null;
  const finds = drawn.finds.map(({ resource, depth }) =>
    planned(ids, resource, { priority: 100, run: null, inMinutes: 0, depth }),
  );
  return { fence, brings: drawn.brings, finds };
}

const nthOf = (hand: readonly Fence[], nth: number): Fence | null =>
  hand.at(-1 - (nth % Math.max(1, hand.length))) ?? null;

const pickedOf = (model: QueueModel, pick: number) => model.items[pick % model.items.length];

function planned(
  ids: Ids,
  { source, n }: { readonly source: SourceName; readonly n: number },
  rest: Omit<PlannedItem, 'id' | 'source' | 'resource' | 'key'>,
): PlannedItem {
  const resource = `page-${n}`;
  return { id: ids.next(), source, resource, key: `${source}/${resource}`, ...rest };
}
