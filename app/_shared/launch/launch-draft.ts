/** What the forms of a launch and of a schedule ask about a run, and the request they make of it. */
import { fieldsNamed } from '#app/ui/merge-fields.ts';
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
  /** Only what is due; what narrows a recrawl in other ways is not asked about then. */
  readonly due: boolean;
  readonly maxRequests: number;
  readonly maxMinutes: number;
}

/** As a form shows them beside what somebody else saved meanwhile. */
export const launchMergeFields = fieldsNamed<LaunchDraft>({
  kind: 'What to do',
  sources: 'Sources',
  due: 'Only what is due',
  staleDays: 'Only items not fetched for (days)',
  resourceType: 'Only items of type',
  maxItems: 'Maximum items',
  maxRequests: 'Maximum requests',
  maxMinutes: 'Maximum time (minutes)',
  maxDepth: 'Maximum link hops',
  priority: 'Priority',
  name: 'Name of the run',
});

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
    due: request.due ?? false,
    maxRequests: request.maxRequests ?? Number.NaN,
    maxMinutes: request.maxMinutes ?? Number.NaN,
  };
}

/**
 * The request of a draft. What the forms do not ask about (statuses, single items) is kept from the
 * request as it was, unless its kind was changed.
 */
export function requestOf(draft: LaunchDraft, before: LaunchRequest): LaunchRequest {
  const isDue = draft.kind === 'recrawl' && draft.due;
  const kept = before.kind === draft.kind && !isDue ? before : null;
  const isWhole = draft.kind === 'seed' || isDue;
  const name = draft.name.trim();
  const resourceType = draft.resourceType.trim();
  return {
    kind: draft.kind,
    sources: [...draft.sources],
    ...given('name', name === '' ? undefined : name),
    ...given('statuses', kept?.statuses),
    ...given('workItemIds', kept?.workItemIds),
    ...given('resourceType', isWhole || resourceType === '' ? undefined : resourceType),
    ...given('staleDays', draft.kind === 'recrawl' && !isDue ? draft.staleDays : undefined),
    ...given('due', isDue ? true : undefined),
    ...given('priority', draft.priority),
    ...given('maxItems', draft.maxItems),
    ...given('maxDepth', draft.maxDepth),
    ...given('maxRequests', draft.maxRequests),
    ...given('maxMinutes', draft.maxMinutes),
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
