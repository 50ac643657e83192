/** What the forms of a launch and of a schedule ask about a run, and the request they make of it. */
import type { LaunchRequest, RunKind } from '#lib/runs/model.ts';

export interface LaunchDraft {
  readonly kind: RunKind;
  readonly name: string;
  readonly sources: readonly string[];
  readonly resourceType: string;
  /** NaN = not given, as the number fields have it. */
  readonly staleDays: number;
  readonly priority: number;
  readonly maxItems: number;
  readonly maxDepth: number;
}

export function draftOf(request: LaunchRequest): LaunchDraft {
  return {
    kind: request.kind,
    name: request.name ?? '',
    sources: request.sources,
    resourceType: request.resourceType ?? '',
    staleDays: request.staleDays ?? Number.NaN,
    priority: request.priority ?? Number.NaN,
    maxItems: request.maxItems ?? Number.NaN,
    maxDepth: request.maxDepth ?? Number.NaN,
  };
}

/**
 * The request of a draft. What the forms do not ask about (statuses, single items) is kept from the
 * request as it was, unless its kind was changed.
 */
export function requestOf(draft: LaunchDraft, before: LaunchRequest): LaunchRequest {
  const kept = before.kind === draft.kind ? before : null;
  const isSeed = draft.kind === 'seed';
  const name = draft.name.trim();
  const resourceType = draft.resourceType.trim();
  return {
    kind: draft.kind,
    sources: [...draft.sources],
    ...given('name', name === '' ? undefined : name),
    ...given('statuses', kept?.statuses),
    ...given('workItemIds', kept?.workItemIds),
    ...given('resourceType', isSeed || resourceType === '' ? undefined : resourceType),
    ...given('staleDays', draft.kind === 'recrawl' ? draft.staleDays : undefined),
    ...given('priority', draft.priority),
    ...given('maxItems', draft.maxItems),
    ...given('maxDepth', draft.maxDepth),
  };
}

function given<K extends keyof LaunchRequest>(
  key: K,
  value: LaunchRequest[K] | undefined,
): Partial<Pick<LaunchRequest, K>> {
  if (value === undefined || Number.isNaN(value)) return {};
  const part: Partial<LaunchRequest> = { [key]: value };
  return part as Partial<Pick<LaunchRequest, K>>; // it has this one key
}
