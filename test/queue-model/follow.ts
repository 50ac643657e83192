/** One step of the model after one request: what should have come of it, and what is wrong if it did not. */
import { isDeepStrictEqual } from 'node:util';
import type { QueueModel } from './queue-model.ts';
import type { Request } from './request.ts';
import { type ClaimSeen, judgeClaim } from './rules-of-claiming.ts';
import * as people from './rules-of-people.ts';
import * as work from './rules-of-work.ts';

/**
 * Changes the model as the request should have changed the queue. Returns null when what came of it
 * (`seen`) is right, else a sentence.
 * @param alone false when another request was under way at the same time
 */
export function follow(
  model: QueueModel,
  request: Request,
  seen: unknown,
  alone: boolean,
): string | null {
  if (request.kind === 'dequeue' || request.kind === 'claimPolitely') {
    // `perform` returns this shape for these two kinds.
    const fault = judgeClaim(model, { request, seen: seen as ClaimSeen, alone });
    return fault && `It claimed ${fault}.`;
  }
  // Two changes of one item at the same moment: the second is told, and nothing of it is done.
  if (!alone && request.kind === 'updateStatus' && seen === 'conflict') return null;
  const expected = change(model, request) ?? 'ok';
  return isDeepStrictEqual(expected, seen)
    ? null
    : `It should have returned ${shown(expected)} but returned ${shown(seen)}.`;
}

const shown = (value: unknown): string => JSON.stringify(value);

function change(
  model: QueueModel,
  request: Exclude<Request, { kind: 'dequeue' | 'claimPolitely' }>,
): unknown {
  switch (request.kind) {
    case 'enqueue':
      return work.enqueue(model, request);
    case 'renew':
      return work.renew(model, request);
    case 'complete':
    case 'completeMany':
      return request.completions.map((one) => work.complete(model, one));
    case 'fail':
      return work.fail(model, request);
    case 'release':
      return work.release(model, request);
    case 'releaseSlot':
      return work.releaseSlot(model, request);
    case 'heartbeat':
    case 'trySuspect':
      work.tellOfWorker(model, request);
      return undefined;
    case 'rescue':
      return work.rescue(model);
    case 'recrawl':
      return people.recrawl(model, request);
    case 'recrawlItems':
    case 'retryItems':
    case 'skipItems':
      return people.changeItems(model, request);
    case 'updateStatus':
      return people.updateStatus(model, request);
    case 'pauseSource':
    case 'resumeSource':
      model.sources[request.source].paused = request.kind === 'pauseSource';
      return undefined;
    case 'pauseRun':
    case 'resumeRun':
    case 'stopRun':
    case 'cancelRun':
      return people.changeRun(model, request);
    case 'finishRuns':
      return people.finishRuns(model);
    case 'checkCounters':
      return [];
    case 'plainReset':
      people.plainReset(model, request);
      return undefined;
    case 'timePasses':
      model.now += request.minutes;
      return undefined;
    case 'rollUpTotals':
    case 'crash':
      return undefined;
  }
}
