/**
 * What a claim may take. The database chooses the leases, so a claim is judged by what it returned, and
 * the model follows it. Claims made at the same time may leave each other's items out; alone, a claim
 * takes exactly what its order says.
 */
import type { Fence } from '#lib/queue/model.ts';
import {
  hostNameOf,
  inClaimOrder,
  isDue,
  type ModelItem,
  politelyFrom,
  type QueueModel,
} from './queue-model.ts';
import type { RequestOf } from './request.ts';
import { take, takeSlots } from './rules-of-work.ts';
import { minutesToMs, type SourceName, sourceNames, sources } from './world.ts';

export interface ClaimSeen {
  readonly items: readonly Fence[];
  /** Polite claims only. */
  readonly retryInMs?: number | null;
}

interface Judged {
  readonly request: RequestOf<'dequeue' | 'claimPolitely'>;
  readonly seen: ClaimSeen;
  readonly alone: boolean;
}

/** Null when the claim is right; else what is wrong with it. */
export function judgeClaim(model: QueueModel, judged: Judged): string | null {
  const { request, seen } = judged;
  const items = seen.items.map(({ workItemId }) => model.items.find(({ id }) => id === workItemId));
  const known = items.filter((item) => item !== undefined);
  if (known.length !== items.length) return 'an item nobody has enqueued';
  if (new Set(known).size !== known.length) return 'one item twice';
  const fault =
    request.kind === 'dequeue'
      ? judgeDequeue(model, known, { ...judged, request })
      : judgePoliteClaim(model, known, { ...judged, request });
  if (fault !== null) return fault;
  seen.items.forEach(({ leaseId }, n) => {
    const item = known[n];
    const minutes = request.leaseMinutes;
    if (item) take(model, item, { id: leaseId, owner: request.actor, minutes });
  });
  return null;
}

function judgeDequeue(
  model: QueueModel,
  claimed: readonly ModelItem[],
  { request, alone }: Judged & { readonly request: RequestOf<'dequeue'> },
): string | null {
  const due = inClaimOrder(model.items.filter((item) => isDue(model, item)));
  if (claimed.length > request.limit) return `more than ${request.limit}`;
  return judgeOrder(claimed, due, alone ? Math.min(request.limit, due.length) : null);
}

/** @param exactly how many it must be; null when others were claiming too */
function judgeOrder(
  claimed: readonly ModelItem[],
  eligible: readonly ModelItem[],
  exactly: number | null,
): string | null {
  const stranger = claimed.find((item) => !eligible.includes(item));
  if (stranger) return `${stranger.key}, which nobody may claim now`;
  if (exactly === null) return null;
  const expected = eligible.slice(0, exactly);
  const same = claimed.length === exactly && expected.every((item, n) => item === claimed[n]);
  return same ? null : `not ${keysOf(expected)}, which come first`;
}

const keysOf = (items: readonly ModelItem[]) =>
  items.length === 0 ? 'nothing' : items.map(({ key }) => key).join(', ');

function judgePoliteClaim(
  model: QueueModel,
  claimed: readonly ModelItem[],
  judged: Judged & { readonly request: RequestOf<'claimPolitely'> },
): string | null {
  const { request, seen, alone } = judged;
  const eligible = inClaimOrder(
    model.items.filter((item) => politelyFrom(model, item) <= model.now),
  );
  const of = (name: SourceName, items: readonly ModelItem[]) =>
    items.filter((item) => item.source === name);
  let requests = 0;
  for (const name of sourceNames) {
    const mine = of(name, claimed);
    const polite = sources[name].delay > 0;
    // One request asks one host: that of the first item, wherever the others are.
    const [first] = mine.length > 0 ? mine : of(name, eligible);
    const possible = of(name, eligible).filter(
      (item) => !polite || first === undefined || hostNameOf(item) === hostNameOf(first),
    );
    const fromFirst = !polite || mine.length === 0 || of(name, eligible)[0] === first;
    if (alone && !fromFirst) return `not first ${keysOf(of(name, eligible).slice(0, 1))}`;
    const size = polite ? Math.min(request.batch, possible.length) : mine.length;
    const fault = judgeOrder(mine, possible, alone && mine.length > 0 ? size : null);
    if (fault !== null) return fault;
    requests += polite ? Math.min(1, mine.length) : mine.length;
    const idle = mine.length < possible.length && (polite ? mine.length === 0 : true);
    if (alone && idle && seen.items.length === 0) return `nothing, and not ${keysOf(possible)}`;
  }
  if (requests > request.limit) return `${requests} requests, more than ${request.limit}`;
  if (alone && requests < request.limit) {
    const left = sourceNames.flatMap((name) => {
      const [mine, possible] = [of(name, claimed), of(name, eligible)];
      return sources[name].delay > 0 && mine.length > 0 ? [] : possible.slice(mine.length);
    });
    if (left.length > 0) return `too little: there were ${keysOf(left)} too`;
  }
  const tooLate = alone && claimed.length === 0 ? judgeWait(model, seen.retryInMs ?? null) : null;
  if (tooLate !== null) return tooLate;
  recordSlots(model, judged, claimed);
  return null;
}

/** A worker that has nothing to do must not sleep past the moment something may be claimed. */
function judgeWait(model: QueueModel, retryInMs: number | null): string | null {
  const next = Math.min(...model.items.map((item) => politelyFrom(model, item)));
  if (next === Number.POSITIVE_INFINITY) return null;
  const slack = 2.5;
  const inTime = retryInMs !== null && retryInMs <= minutesToMs(next - model.now + slack);
  return inTime
    ? null
    : `nothing, to be asked again in ${retryInMs} ms; due in ${next - model.now} min`;
}

function recordSlots(
  model: QueueModel,
  { request, seen }: Judged,
  claimed: readonly ModelItem[],
): void {
  for (const name of sourceNames) {
    const place = claimed.findIndex((item) => item.source === name);
    const [first, leaseId] = [claimed[place], seen.items[place]?.leaseId];
    if (sources[name].delay === 0) continue;
    // A claim that finds nothing leaves even a slot that has expired as it was.
    if (first && leaseId !== undefined) takeSlots(model, first, leaseId, request.leaseMinutes);
  }
}
